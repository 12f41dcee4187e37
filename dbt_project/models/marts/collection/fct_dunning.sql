-- Overdue instalments with the dunning level that the runs up to the date gave them, or why they are kept out of dunning and until when.
-- Grain: one row per as_of_date, company_code, document_no and instalment_no.
select
    as_of_date,
    company_code,
    document_no,
    instalment_no,
    customer_id,
    currency_code,
    due_date,
    cast(days_overdue as integer) as days_overdue,
    outstanding_amount,
    stage_code,
    cast(asked_level as integer) as asked_level,
    cast(dunning_level as integer) as dunning_level,
    block_reason,
    blocked_until,
    policy_version
from {{ ref("int_collection__dunned_items") }}
