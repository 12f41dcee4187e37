-- What customers promised to collectors, as known at the refresh.
-- Grain: one row per promise.
with known as (
    {{ known_delta(source("crm", "promises_to_pay"), ["promise_id"]) }}
)

select
    promise_id,
    company_code,
    document_no,
    promised_on,
    promised_date,
    promised_amount,
    _load_id as load_id,
    _line_number as line_number
from known
