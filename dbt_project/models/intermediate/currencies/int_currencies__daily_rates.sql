-- Closing exchange rates on the days on which documents are posted and orders placed.
-- Grain: one row per currency_code, base_currency_code and valued_on.
with days as (
    select accounting_date as valued_on from {{ ref("stg_erp__documents") }}
    union
    select order_date from {{ ref("stg_erp__orders") }}
)

select
    rates.currency_code,
    rates.base_currency_code,
    days.valued_on,
    rates.fx_rate
from days
inner join {{ ref("int_currencies__rate_periods") }} as rates
    on days.valued_on >= rates.valid_from
    and (rates.valid_before is null or days.valued_on < rates.valid_before)
