-- Provision (expected credit loss, SEMANTICS 8): allowance of each customer's receivables by bucket, collective and specific.
-- Grain: one row per as_of_date, company_code, customer_id, currency_code and bucket_code.
with summed as (
    select
        as_of_date,
        company_code,
        customer_id,
        currency_code,
        bucket_code,
        policy_version,
        sum(outstanding_amount) as outstanding_amount,
        {{ known_sum("outstanding_base_amount") }} as outstanding_base_amount,
        max(loss_rate) as loss_rate,
        max(rate_source_code) as rate_source_code,
        {{ known_sum("outstanding_base_amount", "provision_pct is not null") }} as specific_outstanding_base_amount,
        round({{ known_sum("collective_base_amount", "provision_pct is null") }}, 2) as collective_allowance_base_amount,
        {{ known_sum("specific_base_amount", "provision_pct is not null") }} as specific_allowance_base_amount
    from {{ ref("int_provision__items_provided") }}
    group by as_of_date, company_code, customer_id, currency_code, bucket_code, policy_version
)

select
    as_of_date,
    company_code,
    customer_id,
    currency_code,
    bucket_code,
    cast(outstanding_amount as decimal(18, 2)) as outstanding_amount,
    cast(outstanding_base_amount as decimal(18, 2)) as outstanding_base_amount,
    loss_rate,
    rate_source_code,
    cast(specific_outstanding_base_amount as decimal(18, 2)) as specific_outstanding_base_amount,
    cast(collective_allowance_base_amount as decimal(18, 2)) as collective_allowance_base_amount,
    cast(specific_allowance_base_amount as decimal(18, 2)) as specific_allowance_base_amount,
    cast(collective_allowance_base_amount + specific_allowance_base_amount as decimal(18, 2)) as allowance_base_amount,
    policy_version
from summed
