-- The credit code that each ERP number claims: what the first rule with one proposal gave it in the landing that first brought one.
-- Grain: one row per number_key.
with ordered as (
    select
        proposed.number_key,
        proposed.rule_code,
        proposed.unified_social_credit_code,
        proposed.known_at,
        numbers.known_at as number_known_at,
        {{ number_scope("numbers.company_code") }} as number_scope,
        proposed.known_at = numbers.known_at as is_from_the_beginning,
        proposed.rule_code <> 'name' as is_hard,
        row_number() over (partition by proposed.number_key order by proposed.known_at, rules.rule_order) as preference
    from {{ ref("int_identity__codes_proposed") }} as proposed
    inner join {{ ref("int_identity__numbers") }} as numbers on proposed.number_key = numbers.number_key
    inner join {{ ref("policy_matching_rules") }} as rules
        on rules.policy_version = {{ policy_now("matching") }} and proposed.rule_code = rules.rule_code
    where proposed.proposal_count = 1
),

placed as (
    select
        *,
        row_number() over in_company as company_order,
        first_value(is_hard) over in_company as first_is_hard
    from ordered
    where preference = 1
    window in_company as (
        partition by unified_social_credit_code, number_scope
        order by known_at, case when is_hard then 0 else 1 end, number_known_at, number_key
    )
),

-- A name alone never joins two numbers of one company.
allowed as (
    select *, company_order = 1 or (is_hard and first_is_hard) as is_allowed from placed
)

select
    number_key,
    rule_code,
    unified_social_credit_code,
    known_at,
    is_from_the_beginning,
    is_allowed,
    case when is_allowed then
        row_number() over (
            partition by unified_social_credit_code, is_allowed
            order by
                known_at, case when is_from_the_beginning then 0 else 1 end, case when is_hard then 0 else 1 end, number_known_at, number_key
        )
    end as claim_order
from allowed
