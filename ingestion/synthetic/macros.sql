-- Deterministic chance: every draw is a hash of the seed, what it is for, and whose it is. Same seed, same bytes.
create or replace macro draw(purpose, subject) as
    (hash(getvariable('seed')::bigint, purpose::varchar, subject::bigint) % 1000003) / 1000003.0;

create or replace macro pick(choices, purpose, subject) as
    choices[1 + floor(draw(purpose, subject) * len(choices))::bigint];

create or replace macro between_days(low, high, purpose, subject) as
    (low + floor(draw(purpose, subject) * (high - low + 1)))::integer;

-- Check character of a unified social credit code (GB 32100-2015): weights 3^i mod 31 over the first 17 characters.
create or replace macro credit_code_check(first_17) as
    substr('0123456789ABCDEFGHJKLMNPQRTUWXY', 1 + ((31 - list_sum(list_transform(
        range(17),
        lambda i: (instr('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(first_17, i::integer + 1, 1)) - 1)
            * [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28][i + 1]
    )) % 31) % 31)::integer, 1);

-- Check digit of the nine-character organisation code inside it (GB 11714): weights 3,7,9,10,5,8,4,2 mod 11.
create or replace macro organisation_check(first_8) as
    substr('0123456789X0', 1 + (11 - list_sum(list_transform(
        range(8), lambda i: substr(first_8, i::integer + 1, 1)::integer * [3, 7, 9, 10, 5, 8, 4, 2][i + 1]
    )) % 11)::integer, 1);
