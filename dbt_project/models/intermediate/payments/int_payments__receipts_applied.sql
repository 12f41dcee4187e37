-- What each receipt or advance moved on each instalment on each day: settled, or given back where an application is reversed.
-- Grain: one row per receipt_allocation, instalment_allocation, company, document, instalment, receipt and effective_date.
select
    receipt_allocation,
    instalment_allocation,
    company_code,
    document_no,
    instalment_no,
    credit_document_no as receipt_no,
    effective_date,
    document_type,
    customer_id,
    salesperson_code,
    segment_code,
    due_date,
    fx_rate,
    credit_document_date as paid_on,
    cast(sum(settled_amount) as decimal(18, 2)) as settled_amount,
    min(settled_amount) < 0 as is_reversal
from {{ ref("int_payments__settlements") }}
where credit_document_type in ('receipt', 'advance')
group by
    receipt_allocation, instalment_allocation, company_code, document_no, instalment_no, credit_document_no, effective_date, document_type,
    customer_id, salesperson_code, segment_code, due_date, fx_rate, credit_document_date
