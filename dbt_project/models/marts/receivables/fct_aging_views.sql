-- The four views of unapplied credit on one total, side by side: own column, aged by own date, applied oldest first, left out.
-- Grain: one row per as_of_date, company_code, customer_id, currency_code and bucket_code.
{{ config(materialized="view") }}
select
    as_of_date,
    company_code,
    customer_id,
    currency_code,
    bucket_code,
    cast(bucket_order as integer) as bucket_order,
    cast(own_column_outstanding_amount as decimal(18, 2)) as own_column_amount,
    cast(aged_by_own_date_outstanding_amount as decimal(18, 2)) as aged_by_own_date_amount,
    cast(applied_oldest_first_outstanding_amount as decimal(18, 2)) as applied_oldest_first_amount,
    cast(left_out_outstanding_amount as decimal(18, 2)) as left_out_amount,
    policy_version
from {{ ref("int_aging__views") }}
