-- When the claim to each open item becomes barred: the limitation period runs from the due day, and again from each sealed statement.
-- Grain: one row per as_of_date, company_code, document_no and instalment_no.
{{ config(materialized="view") }}
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
from {{ ref("int_aging__open_items") }} as items
inner join {{ ref("int_measures__parameters") }} as parameters on items.as_of_date = parameters.as_of_date
left join {{ ref("int_limitation__confirmations") }} as confirmed
    on items.as_of_date = confirmed.as_of_date
    and items.company_code = confirmed.company_code
    and items.customer_id = confirmed.customer_id
where items.is_reporting_date and items.outstanding_amount > 0 and items.days_overdue > 0
