-- Aging of receivables: what each customer owes, by bucket of days past due, on every reporting date, in the policy's view of credits.
-- Grain: one row per as_of_date, company_code, customer_id, currency_code and bucket_code.
{{ config(materialized="view") }}
with delivered as (
    select is_delivered as has_disputes from {{ ref("int_quality__source_counts") }} where table_name = 'crm.disputes'
)

select
    chosen.as_of_date,
    chosen.company_code,
    chosen.customer_id,
    chosen.currency_code,
    chosen.bucket_code,
    cast(chosen.bucket_order as integer) as bucket_order,
    chosen.outstanding_amount,
    chosen.outstanding_base_amount,
    case when delivered.has_disputes then chosen.disputed_amount end as disputed_amount,
    cast(chosen.item_count as integer) as item_count,
    chosen.unapplied_view,
    -- Where policy leaves credits out, they stand beside the total of the buckets.
    chosen.unapplied_view <> 'left_out' or chosen.bucket_code <> 'unapplied' as is_in_total,
    chosen.policy_version
from {{ ref("int_aging__chosen") }} as chosen
cross join delivered
