-- Reporting dates that are judged together: each by itself, and the last year's whose horizon has passed.
-- Grain: one row per cohort_code, horizon_days, cohort_date and as_of_date.
with passed as (
    select
        dates.as_of_date,
        horizons.horizon_days,
        performance.cohort_months,
        max(dates.as_of_date) over (partition by horizons.horizon_days) as last_date
    from {{ ref("int_dates__reporting") }} as dates
    inner join {{ ref("int_performance__policies_dated") }} as performance on dates.as_of_date = performance.as_of_date
    inner join {{ ref("policy_performance_horizons") }} as horizons
        on performance.policy_version = horizons.policy_version
        and {{ dbt.dateadd("day", "horizons.horizon_days", "dates.as_of_date") }} <= {{ as_of_date() }}
),

years as (
    select horizon_days, last_date, cohort_months from passed where as_of_date = last_date
)

select 'date' as cohort_code, horizon_days, as_of_date as cohort_date, as_of_date
from passed
union all
select 'year', passed.horizon_days, passed.last_date, passed.as_of_date
from passed
inner join years on passed.horizon_days = years.horizon_days
where passed.as_of_date > {{ month_end_before_the_last("years.cohort_months", "years.last_date") }}
