-- Overdue items with the day on which the claim becomes barred; a sealed statement starts the period again.
-- Grain: one row per as_of_date, company_code, document_no and instalment_no.
select
    items.as_of_date,
    items.company_code,
    items.document_no,
    items.instalment_no,
    items.customer_id,
    items.currency_code,
    items.due_date,
    items.outstanding_amount,
    items.confirmed_on,
    items.runs_from,
    items.barred_on,
    cast({{ days_between("items.as_of_date", "items.barred_on") }} as integer) as days_left,
    in_force.policy_version
from {{ ref("int_limitation__items") }} as items
{{ join_policy_in_force("items", "measures") }}
