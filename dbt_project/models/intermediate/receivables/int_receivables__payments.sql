-- Payments on instalments: what was paid, when it was received and how many days after it was due.
-- Grain: one row per receipt_allocation, instalment_allocation, company, application, document and instalment paid by a receipt or an advance.
select
    receipt_allocation,
    instalment_allocation,
    company_code,
    application_no,
    document_no,
    instalment_no,
    customer_id,
    salesperson_code,
    segment_code,
    effective_date,
    credit_document_date as paid_on,
    cast({{ days_between("due_date", "credit_document_date") }} as integer) as days_late,
    settled_amount as paid_amount,
    settled_base_amount as paid_base_amount
from {{ ref("int_receivables__settlements") }}
where credit_document_type in ('receipt', 'advance')
