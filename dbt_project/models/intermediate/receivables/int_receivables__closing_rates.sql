-- Closing exchange rate of each currency on each balance date.
-- Grain: one row per as_of_date, currency_code and base_currency_code.
select dates.balance_date as as_of_date, rates.currency_code, rates.base_currency_code, rates.fx_rate
from {{ ref("int_dates__balance_dates") }} as dates
inner join {{ ref("int_receivables__rate_periods") }} as rates
    on dates.balance_date >= rates.valid_from
    and (rates.valid_before is null or dates.balance_date < rates.valid_before)
