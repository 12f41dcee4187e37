-- Parts of a document that fall due on days of their own, as known at the refresh.
-- Grain: one row per company, document and instalment.
with known as (
    {{ known_delta(source("erp", "instalments"), ["company_code", "document_no", "instalment_no"]) }}
)

select
    company_code,
    document_no,
    instalment_no,
    due_date,
    amount,
    _load_id as load_id,
    _line_number as line_number
from known
