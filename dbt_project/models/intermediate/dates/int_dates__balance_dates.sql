-- Days whose balances are computed: the reporting dates and the openings of their periods.
-- Grain: one row per balance_date.
with openings as (
    select opening_date as balance_date from {{ ref("int_dates__reporting") }}
),

all_dates as (
    select as_of_date as balance_date from {{ ref("int_dates__reporting") }}
    union
    select balance_date from openings
)

select
    all_dates.balance_date,
    reporting.as_of_date is not null as is_reporting_date
from all_dates
left join {{ ref("int_dates__reporting") }} as reporting on all_dates.balance_date = reporting.as_of_date
