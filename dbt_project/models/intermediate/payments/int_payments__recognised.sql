-- Payments (SEMANTICS 1): money of a receipt or an advance that settles what an invoice or a debit note asked for, while it stands.
-- Grain: one row per receipt_allocation, instalment_allocation, company, document, instalment, receipt, effective_date and valid_from.
--
-- A reversal or a bounce ends the interval in which a payment stands: on dates before it the payment still counts. What was paid in parts
-- counts part by part, and as one payment with its first.
{{ config(materialized="view") }}
with settled_once as (
    select applied.*
    from {{ ref("int_payments__receipts_applied") }} as applied
    left join {{ ref("int_payments__receipts_moved") }} as moved
        on applied.company_code = moved.company_code and applied.receipt_no = moved.receipt_no
    where moved.receipt_no is null and applied.document_type in ('invoice', 'debit_note') and applied.settled_amount > 0
),

paid as (
    select
        receipt_allocation, instalment_allocation, company_code, document_no, instalment_no, receipt_no, customer_id, salesperson_code,
        segment_code, paid_on, due_date, effective_date, effective_date as valid_from, cast(null as date) as valid_before,
        true as is_first_part, settled_amount as paid_amount, {{ base_amount("settled_amount", "fx_rate") }} as paid_base_amount
    from settled_once
    union all
    select
        receipt_allocation, instalment_allocation, company_code, document_no, instalment_no, receipt_no, customer_id, salesperson_code,
        segment_code, paid_on, due_date, effective_date, valid_from, valid_before, is_first_part, paid_amount, paid_base_amount
    from {{ ref("int_payments__moved") }}
)

select
    receipt_allocation,
    instalment_allocation,
    company_code,
    document_no,
    instalment_no,
    receipt_no,
    customer_id,
    salesperson_code,
    segment_code,
    effective_date,
    valid_from,
    valid_before,
    is_first_part,
    paid_on,
    cast({{ days_between("due_date", "paid_on") }} as integer) as days_late,
    paid_amount,
    paid_base_amount
from paid
