-- Statements of account that customers confirmed, as known at the refresh.
-- Grain: one row per confirmation.
with known as (
    {{ known_delta(source("erp", "statement_confirmations"), ["confirmation_id"]) }}
)

select
    confirmation_id,
    company_code,
    customer_code,
    confirmed_on,
    confirmed_amount,
    _load_id as load_id,
    _line_number as line_number
from known
