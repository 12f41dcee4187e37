-- Deterministic chance: every draw is a hash of the seed, what it is for, and whose it is. Same seed, same bytes.
create or replace macro draw(purpose, subject) as
    (hash(getvariable('seed')::bigint, purpose::varchar, subject::bigint) % 1000003) / 1000003.0;

create or replace macro pick(choices, purpose, subject) as
    choices[1 + floor(draw(purpose, subject) * len(choices))::bigint];

create or replace macro between_days(low, high, purpose, subject) as
    (low + floor(draw(purpose, subject) * (high - low + 1)))::integer;

-- Units of CNY for one unit of a currency in the month of a day: it wanders, so what is settled later is settled at another rate.
create or replace macro rate_on(currency, day) as
    (case currency
        when 'USD' then 7.12 + 0.14 * sin(0.55 * (year(day) * 12 + month(day)))
        when 'EUR' then 7.80 + 0.22 * sin(0.40 * (year(day) * 12 + month(day)) + 1)
        else 1
    end)::decimal(18, 4);

-- A number of a document: what kind it is, and what it is about.
create or replace macro number_of(prefix, subject) as
    prefix || lpad(subject::varchar, 12, '0');

-- Share of the customers before one in the order of their size, of 0 to 1: the first buys most.
create or replace macro size_rank(customer_no) as
    (customer_no + 0.5) / getvariable('customer_count')::bigint;

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
