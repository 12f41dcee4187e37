-- Aging of receivables: what each customer owes, by bucket of days past due, on every reporting date.
-- Grain: one row per as_of_date, company_code, customer_id, currency_code and bucket_code.
with items as (
    select * from {{ ref("int_receivables__open_items") }} where is_reporting_date
),

disputes_delivered as (
    select is_delivered from {{ ref("int_quality__source_counts") }} where table_name = 'crm.disputes'
)

select
    items.as_of_date,
    items.company_code,
    items.customer_id,
    items.currency_code,
    items.bucket_code,
    cast(sum(items.outstanding_amount) as decimal(18, 2)) as outstanding_amount,
    -- A base amount that lacks one item's rate would be wrong without saying so.
    cast(case when count(items.outstanding_base_amount) = count(*) then sum(items.outstanding_base_amount) end as decimal(18, 2))
        as outstanding_base_amount,
    cast(case when disputes_delivered.is_delivered then sum(coalesce(disputed.disputed_amount, 0)) end as decimal(18, 2))
        as disputed_amount,
    cast(count(*) as integer) as item_count,
    items.policy_version
from items
cross join disputes_delivered
left join {{ ref("int_receivables__disputed_items") }} as disputed
    on items.as_of_date = disputed.as_of_date
    and items.company_code = disputed.company_code
    and items.document_no = disputed.document_no
    and items.instalment_no = disputed.instalment_no
group by
    items.as_of_date, items.company_code, items.customer_id, items.currency_code, items.bucket_code, items.policy_version,
    disputes_delivered.is_delivered
