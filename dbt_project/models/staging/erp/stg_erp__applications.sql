-- Amounts moved from a credit document onto a debit document, as known at the refresh.
-- Grain: one row per company and application.
with known as (
    {{ known_delta(source("erp", "applications"), ["company_code", "application_no"]) }}
)

select
    company_code,
    application_no,
    credit_document_no,
    debit_document_no,
    debit_instalment_no,
    application_date,
    applied_amount,
    credit_applied_amount,
    recorded_at,
    _load_id as load_id,
    _line_number as line_number
from known
