-- Amounts that customers contest, as known at the refresh.
-- Grain: one row per dispute.
with known as (
    {{ known_delta(source("crm", "disputes"), ["dispute_id"]) }}
)

select
    dispute_id,
    company_code,
    document_no,
    instalment_no,
    disputed_amount,
    reason_code,
    opened_on,
    resolved_on,
    _load_id as load_id,
    _line_number as line_number
from known
