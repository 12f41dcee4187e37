-- Aging of receivables: what each customer owes, by bucket of days past due, on every reporting date, in the policy's view of credits.
-- Grain: one row per as_of_date, company_code, customer_id, currency_code and bucket_code.
with disputed as (
    select
        items.as_of_date,
        items.company_code,
        items.customer_id,
        items.currency_code,
        items.bucket_code,
        sum(disputed.disputed_amount) as disputed_amount
    from {{ ref("int_receivables__disputed_items") }} as disputed
    inner join {{ ref("int_receivables__open_items") }} as items
        on disputed.as_of_date = items.as_of_date
        and disputed.company_code = items.company_code
        and disputed.document_no = items.document_no
        and disputed.instalment_no = items.instalment_no
    group by items.as_of_date, items.company_code, items.customer_id, items.currency_code, items.bucket_code
),

disputes_delivered as (
    select is_delivered from {{ ref("int_quality__source_counts") }} where table_name = 'crm.disputes'
)

select
    chosen.as_of_date,
    chosen.company_code,
    chosen.customer_id,
    chosen.currency_code,
    chosen.bucket_code,
    cast(chosen.bucket_order as integer) as bucket_order,
    cast(chosen.outstanding_amount as decimal(18, 2)) as outstanding_amount,
    cast(chosen.outstanding_base_amount as decimal(18, 2)) as outstanding_base_amount,
    cast(case when disputes_delivered.is_delivered then coalesce(disputed.disputed_amount, 0) end as decimal(18, 2)) as disputed_amount,
    cast(chosen.item_count as integer) as item_count,
    chosen.unapplied_view,
    -- Where policy leaves credits out, they stand beside the total of the buckets.
    chosen.unapplied_view <> 'left_out' or chosen.bucket_code <> 'unapplied' as is_in_total,
    chosen.policy_version
from {{ ref("int_receivables__aging_chosen") }} as chosen
cross join disputes_delivered
left join disputed
    on chosen.as_of_date = disputed.as_of_date
    and chosen.company_code = disputed.company_code
    and chosen.customer_id = disputed.customer_id
    and chosen.currency_code = disputed.currency_code
    and chosen.bucket_code = disputed.bucket_code
