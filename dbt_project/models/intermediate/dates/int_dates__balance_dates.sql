-- Days whose balances are computed: the reporting dates, the openings of their periods and the month-ends before them.
-- Grain: one row per balance_date.
with all_dates as (
    select as_of_date as balance_date from {{ ref("int_dates__reporting") }}
    union
    select opening_date from {{ ref("int_dates__reporting") }} where opening_date is not null
    union
    select previous_date from {{ ref("int_dates__reporting") }}
)

select
    all_dates.balance_date,
    reporting.as_of_date is not null as is_reporting_date,
    all_dates.balance_date = {{ month_end("all_dates.balance_date") }} as is_month_end,
    {{ month_number("all_dates.balance_date") }} as month_number
from all_dates
left join {{ ref("int_dates__reporting") }} as reporting on all_dates.balance_date = reporting.as_of_date
