-- Closing exchange rates known at the as-of date, with the interval in which each holds.
-- Grain: one row per currency_code, base_currency_code and valid_from.
with refresh as (
    select {{ as_of_date() }} as as_of_date
)

select
    refresh.as_of_date,
    rates.currency_code,
    rates.base_currency_code,
    rates.valid_from,
    case when rates.valid_before <= refresh.as_of_date then rates.valid_before end as valid_before,
    cast(rates.fx_rate as decimal(18, 8)) as fx_rate,
    rates.load_id,
    rates.line_number
from {{ ref("int_currencies__rate_periods") }} as rates
cross join refresh
where rates.valid_from <= refresh.as_of_date
