-- Postings on customers' receivable accounts, as known at the refresh.
-- Grain: one row per company and document.
with known as (
    {{ known_delta(source("erp", "documents"), ["company_code", "document_no"]) }}
)

select
    company_code,
    document_no,
    document_type,
    customer_code,
    document_date,
    coalesce(accounting_date, document_date) as accounting_date,
    due_date,
    payment_terms_code,
    currency_code,
    amount,
    fx_rate,
    order_no,
    reference_no,
    salesperson_code,
    sale_type,
    recorded_at,
    _load_id as load_id,
    _line_number as line_number
from known
