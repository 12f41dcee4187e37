-- The customer that each ERP number is by the rules, decided by what was known when the number first was: nothing that comes later moves it.
-- Grain: one row per number_key.
with claimed as (
    select * from {{ ref("int_identity__codes_claimed") }}
),

named as (
    select * from {{ ref("int_identity__names_shared") }}
),

-- A code that a number brought from the beginning names its customer; one that a known customer got later is another name of it.
founded as (
    select
        claimed.unified_social_credit_code,
        claimed.number_key,
        case when claimed.is_from_the_beginning then claimed.unified_social_credit_code else named.customer_id end as customer_id
    from claimed
    left join named on claimed.number_key = named.number_key
    where claimed.claim_order = 1
),

coded as (
    select numbers.number_key, founded.customer_id, claimed.rule_code
    from {{ ref("int_identity__numbers") }} as numbers
    inner join claimed on numbers.number_key = claimed.number_key and claimed.is_from_the_beginning and claimed.is_allowed
    inner join founded on claimed.unified_social_credit_code = founded.unified_social_credit_code
    left join {{ ref("customer_match_corrections") }} as refused
        on refused.decision = 'different'
        and numbers.first_record_key = {{ record_key("refused.source_system", "refused.company_code", "refused.source_record") }}
        and founded.customer_id = refused.customer_id
    where refused.customer_id is null
),

joined as (
    select
        numbers.number_key,
        numbers.own_id,
        numbers.known_at,
        {{ number_scope("numbers.company_code") }} as number_scope,
        coalesce(coded.customer_id, named.customer_id, numbers.own_id) as customer_id,
        coalesce(coded.rule_code, named.rule_code, 'own_number') as rule_code,
        coalesce(coded.rule_code, named.rule_code, 'own_number') not in ('name', 'same_name') as is_hard,
        -- Whoever is the first of a customer takes all of it along when a person says who it is.
        coalesce(coded.customer_id, named.customer_id, numbers.own_id) = numbers.own_id
        or coalesce(founded.customer_id = coded.customer_id, false) as is_first
    from {{ ref("int_identity__numbers") }} as numbers
    left join coded on numbers.number_key = coded.number_key
    left join named on numbers.number_key = named.number_key
    left join founded on numbers.number_key = founded.number_key
),

placed as (
    select
        *,
        row_number() over in_company as company_order,
        first_value(is_hard) over in_company as first_is_hard
    from joined
    window in_company as (
        partition by customer_id, number_scope order by known_at, case when is_hard then 0 else 1 end, number_key
    )
)

-- Names that meet under a code still never join two numbers of one company.
select
    number_key,
    case when company_order = 1 or (is_hard and first_is_hard) then customer_id else own_id end as customer_id,
    case when company_order = 1 or (is_hard and first_is_hard) then rule_code else 'own_number' end as rule_code,
    case when company_order = 1 or (is_hard and first_is_hard) then is_first else true end as is_first
from placed
