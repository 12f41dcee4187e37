-- The customer that each credit code belongs to: the one whose ERP number claimed it first, else the one whose number states it.
-- Grain: one row per unified_social_credit_code.
with proposed as (
    select proposed.*, claimed.claim_order
    from {{ ref("int_identity__codes_proposed") }} as proposed
    left join {{ ref("int_identity__codes_claimed") }} as claimed
        on proposed.number_key = claimed.number_key and proposed.unified_social_credit_code = claimed.unified_social_credit_code
        and proposed.rule_code = claimed.rule_code
    where proposed.rule_code = 'credit_code' or claimed.claim_order is not null
),

ordered as (
    select
        *,
        row_number() over (
            partition by unified_social_credit_code order by claim_order nulls last, known_at, number_key
        ) as holder_order
    from proposed
),

held as (
    select ordered.unified_social_credit_code, ordered.known_at, accounts.customer_id
    from ordered
    inner join {{ ref("int_identity__numbers") }} as numbers on ordered.number_key = numbers.number_key
    inner join {{ ref("int_identity__accounts_identified") }} as accounts on numbers.first_record_key = accounts.record_key
    where ordered.holder_order = 1
),

-- A code that a person made an account's customer belongs to that customer.
answered as (
    select distinct accounts.customer_id
    from {{ ref("int_identity__accounts_identified") }} as accounts
    inner join {{ ref("int_customers__facts") }} as facts on accounts.customer_id = facts.unified_social_credit_code
    left join held on accounts.customer_id = held.unified_social_credit_code
    where held.unified_social_credit_code is null
),

all_held as (
    select unified_social_credit_code, customer_id, known_at from held
    union all
    select customer_id as unified_social_credit_code, customer_id, null as known_at from answered
)

select
    unified_social_credit_code,
    customer_id,
    -- Of several codes of one customer, the bureau's facts are read under the one that names it, else the one that it had first.
    row_number() over (
        partition by customer_id
        order by case when unified_social_credit_code = customer_id then 0 else 1 end, known_at, unified_social_credit_code
    ) = 1 as is_main
from all_held
