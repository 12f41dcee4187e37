-- Closing exchange rates, as known at the refresh.
-- Grain: one row per currency, base currency and day.
with known as (
    {{ known_delta(source("erp", "fx_rates"), ["currency_code", "base_currency_code", "rate_date"]) }}
)

select
    currency_code,
    base_currency_code,
    rate_date,
    fx_rate,
    _load_id as load_id,
    _line_number as line_number
from known
