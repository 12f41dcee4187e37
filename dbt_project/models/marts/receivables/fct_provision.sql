-- Provision (expected credit loss, SEMANTICS 8): allowance of each customer's receivables by bucket, collective and specific.
-- Grain: one row per as_of_date, company_code, customer_id, currency_code and bucket_code.
select
    as_of_date,
    company_code,
    customer_id,
    currency_code,
    bucket_code,
    cast(sum(outstanding_amount) as decimal(18, 2)) as outstanding_amount,
    cast(case when count(outstanding_base_amount) = count(*) then sum(outstanding_base_amount) end as decimal(18, 2)) as outstanding_base_amount,
    max(loss_rate) as loss_rate,
    max(rate_source_code) as rate_source_code,
    cast(case
        when count(case when provision_pct is not null and outstanding_base_amount is null then 1 end) = 0
            then coalesce(sum(case when provision_pct is not null then outstanding_base_amount end), 0)
    end as decimal(18, 2)) as specific_outstanding_base_amount,
    -- A sum that lacks one item's rate would be wrong without saying so.
    cast(case
        when count(case when provision_pct is null and outstanding_base_amount is null then 1 end) = 0
            then round(coalesce(sum(collective_base_amount), 0), 2)
    end as decimal(18, 2)) as collective_allowance_base_amount,
    cast(case
        when count(case when provision_pct is not null and outstanding_base_amount is null then 1 end) = 0
            then coalesce(sum(specific_base_amount), 0)
    end as decimal(18, 2)) as specific_allowance_base_amount,
    cast(case
        when count(outstanding_base_amount) = count(*)
            then round(coalesce(sum(collective_base_amount), 0), 2) + coalesce(sum(specific_base_amount), 0)
    end as decimal(18, 2)) as allowance_base_amount,
    policy_version
from {{ ref("int_provision__items_provided") }}
group by as_of_date, company_code, customer_id, currency_code, bucket_code, policy_version
