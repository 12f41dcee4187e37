-- Closing exchange rate of each company's currencies on each balance date.
-- Grain: one row per as_of_date, company_code and currency_code.
select dates.balance_date as as_of_date, companies.company_code, rates.currency_code, rates.fx_rate
from {{ ref("int_dates__balance_dates") }} as dates
inner join {{ ref("int_currencies__rate_periods") }} as rates
    on dates.balance_date >= rates.valid_from
    and (rates.valid_before is null or dates.balance_date < rates.valid_before)
inner join {{ ref("int_currencies__base") }} as companies on rates.base_currency_code = companies.base_currency_code
where rates.currency_code <> rates.base_currency_code
union all
select dates.balance_date, companies.company_code, companies.base_currency_code, 1
from {{ ref("int_dates__balance_dates") }} as dates
cross join {{ ref("int_currencies__base") }} as companies
where companies.base_currency_code is not null
