-- Receivables that may be sold or pledged: each debt of the as-of date, what of it is eligible, beyond the customer's cap, or excluded and why.
-- Grain: one row per as_of_date, company_code, document_no and instalment_no.
with policy as (
    select * from {{ ref("policy_financing") }} where policy_version = {{ policy_now("financing") }}
),

judged as (
    select
        *,
        case when exclusion_rule is null then outstanding_base_amount else 0 end as admitted_base_amount
    from {{ ref("int_financing__items_judged") }}
),

-- The cap is taken of what the rules admit; what falls due first is financed first.
capped as (
    select
        judged.*,
        policy.policy_version,
        policy.advance_rate_pct,
        -- Of what is not known nothing can be said: neither what may be sold of it, nor what part of the whole another is.
        case
            when count(judged.admitted_base_amount) over (partition by judged.company_code) = count(*) over (partition by judged.company_code)
                then {{ at_most_percent_of(
                    "sum(judged.admitted_base_amount) over (partition by judged.company_code)", "policy.customer_cap_pct"
                ) }}
        end as customer_cap_base_amount,
        sum(judged.admitted_base_amount) over (
            partition by judged.company_code, judged.customer_id order by judged.due_date, judged.document_no, judged.instalment_no
            rows between unbounded preceding and current row
        ) - judged.admitted_base_amount as admitted_before_base_amount
    from judged
    cross join policy
),

split as (
    select
        *,
        {{ lesser_of("admitted_base_amount", greater_of("customer_cap_base_amount - admitted_before_base_amount", "0")) }} as eligible_base_amount
    from capped
)

select
    {{ as_of_date() }} as as_of_date,
    company_code,
    document_no,
    instalment_no,
    customer_id,
    due_date,
    outstanding_base_amount,
    exclusion_rule,
    measured_value,
    threshold_value,
    cast(eligible_base_amount as decimal(18, 2)) as eligible_base_amount,
    cast(admitted_base_amount - eligible_base_amount as decimal(18, 2)) as over_cap_base_amount,
    cast(outstanding_base_amount - admitted_base_amount as decimal(18, 2)) as excluded_base_amount,
    {{ percent_of("eligible_base_amount", "advance_rate_pct") }} as financed_base_amount,
    customer_cap_base_amount,
    policy_version
from split
