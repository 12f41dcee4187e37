-- When the claim to each open item becomes barred: the limitation period runs from the due day, and again from each sealed statement.
-- Grain: one row per as_of_date, company_code, document_no and instalment_no.
{{ config(materialized="view") }}
with accounts as (
    select company_code, source_record as customer_code, customer_id from {{ ref("int_customers__matched") }} where source_system = 'erp'
),

confirmed as (
    select dates.as_of_date, confirmations.company_code, accounts.customer_id, max(confirmations.confirmed_on) as confirmed_on
    from {{ ref("int_dates__reporting") }} as dates
    inner join {{ ref("stg_erp__statement_confirmations") }} as confirmations on confirmations.confirmed_on <= dates.as_of_date
    inner join accounts
        on confirmations.company_code = accounts.company_code and confirmations.customer_code = accounts.customer_code
    group by dates.as_of_date, confirmations.company_code, accounts.customer_id
)

select
    items.as_of_date,
    items.company_code,
    items.document_no,
    items.instalment_no,
    items.customer_id,
    items.currency_code,
    items.due_date,
    items.outstanding_amount,
    confirmed.confirmed_on,
    greatest(items.due_date, coalesce(confirmed.confirmed_on, items.due_date)) as runs_from,
    cast({{ add_months("greatest(items.due_date, coalesce(confirmed.confirmed_on, items.due_date))", "parameters.limitation_months") }} as date)
        as barred_on
from {{ ref("int_receivables__open_items") }} as items
inner join {{ ref("int_measures__parameters") }} as parameters on items.as_of_date = parameters.as_of_date
left join confirmed
    on items.as_of_date = confirmed.as_of_date
    and items.company_code = confirmed.company_code
    and items.customer_id = confirmed.customer_id
where items.is_reporting_date and items.outstanding_amount > 0 and items.days_overdue > 0
