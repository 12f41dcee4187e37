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
    confirmed_amount
from known
