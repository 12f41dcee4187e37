-- Closing exchange rates with the interval in which each holds: from its day until the next one.
-- Grain: one row per currency_code, base_currency_code and valid_from.
select
    currency_code,
    base_currency_code,
    rate_date as valid_from,
    lead(rate_date) over (partition by currency_code, base_currency_code order by rate_date) as valid_before,
    fx_rate,
    load_id,
    line_number
from {{ ref("stg_erp__fx_rates") }}
