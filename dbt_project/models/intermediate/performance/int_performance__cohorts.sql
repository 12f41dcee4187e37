-- Reporting dates that are judged together: each by itself, and the last year's whose horizon has passed.
-- Grain: one row per cohort_code, horizon_days, cohort_date and as_of_date.
with passed as (
    select
        dates.as_of_date,
        horizons.horizon_days,
        performance.cohort_months,
        max(dates.as_of_date) over (partition by horizons.horizon_days) as last_date
    from {{ ref("int_dates__reporting") }} as dates
    inner join {{ ref("policy_performance_horizons") }} as horizons
        on {{ dbt.dateadd("day", "horizons.horizon_days", "dates.as_of_date") }} <= {{ as_of_date() }}
    inner join {{ ref("policy_performance") }} as performance on horizons.policy_version = performance.policy_version
    where horizons.policy_version = {{ policy_now("performance") }}
)

select 'date' as cohort_code, horizon_days, as_of_date as cohort_date, as_of_date
from passed
union all
select 'year', horizon_days, last_date, as_of_date
from passed
where as_of_date > {{ add_months("last_date", "-cohort_months") }}
