-- Open items: every instalment that is open on a reporting date, and how much of it is contested, secured and collectable.
-- Grain: one row per as_of_date, company_code, document_no and instalment_no.
{{ config(materialized="view") }}
with delivered as (
    select
        max(case when table_name = 'crm.disputes' then is_delivered end) as has_disputes,
        max(case when table_name = 'crm.guarantees' then is_delivered end) as has_guarantees
    from {{ ref("int_quality__source_counts") }}
)

select
    items.as_of_date,
    items.company_code,
    items.document_no,
    items.instalment_no,
    items.customer_id,
    instalments.customer_code,
    instalments.document_type,
    instalments.document_date,
    items.due_date,
    items.currency_code,
    instalments.base_currency_code,
    items.salesperson_code,
    items.segment_code,
    items.days_past_due,
    items.bucket_code,
    items.ledger_status,
    items.outstanding_amount,
    items.outstanding_base_amount,
    items.outstanding_closing_base_amount,
    items.unrealised_fx_base_amount,
    items.outstanding_amount as gross_amount,
    case when delivered.has_disputes then coalesce(disputed.claimed_amount, 0) end as disputed_amount,
    case
        when delivered.has_disputes then cast(items.outstanding_amount - coalesce(disputed.claimed_amount, 0) as decimal(18, 2))
    end as collectable_amount,
    case when delivered.has_guarantees then coalesce(secured.claimed_amount, 0) end as secured_amount,
    agreed.discount_until_date,
    agreed.discount_amount,
    items.policy_version
from {{ ref("int_aging__items_aged") }} as items
inner join {{ ref("int_ledger__instalments_completed") }} as instalments
    on items.company_code = instalments.company_code
    and items.document_no = instalments.document_no
    and items.instalment_no = instalments.instalment_no
left join {{ ref("int_ledger__instalments_agreed") }} as agreed
    on items.company_code = agreed.company_code and items.document_no = agreed.document_no and items.instalment_no = agreed.instalment_no
cross join delivered
{{ left_join_claimed("disputed") }}
{{ left_join_claimed("secured") }}
where items.is_reporting_date
