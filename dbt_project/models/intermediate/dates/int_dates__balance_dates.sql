-- Days whose balances are computed: the reporting dates, the openings of their periods, the month-ends before them, and those that rates
-- look back to.
-- Grain: one row per balance_date.
with shown as (
    select as_of_date as balance_date from {{ ref("int_dates__reporting") }}
    union
    select opening_date from {{ ref("int_dates__reporting") }} where opening_date is not null
    union
    select previous_date from {{ ref("int_dates__reporting") }}
),

all_dates as (
    select balance_date from shown
    union
    select as_of_date from {{ ref("int_dates__observed") }}
)

select
    all_dates.balance_date,
    reporting.as_of_date is not null as is_reporting_date,
    shown.balance_date is null as is_for_rates_only,
    observed.as_of_date is not null as is_observed,
    all_dates.balance_date = {{ month_end("all_dates.balance_date") }} as is_month_end,
    {{ month_number("all_dates.balance_date") }} as month_number
from all_dates
left join {{ ref("int_dates__reporting") }} as reporting on all_dates.balance_date = reporting.as_of_date
left join shown on all_dates.balance_date = shown.balance_date
left join {{ ref("int_dates__observed") }} as observed on all_dates.balance_date = observed.as_of_date
