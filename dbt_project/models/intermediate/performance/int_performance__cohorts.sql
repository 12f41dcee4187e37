-- Reporting dates that are judged together: each by itself, and with those of the year up to it that its policy version judges.
-- Grain: one row per cohort_code, horizon_days, cohort_date and as_of_date.
with passed as (
    select
        dates.as_of_date,
        performance.policy_version,
        performance.cohort_months,
        horizons.horizon_days
    from {{ ref("int_dates__reporting") }} as dates
    inner join {{ ref("int_performance__policies_dated") }} as performance on dates.as_of_date = performance.as_of_date
    inner join {{ ref("policy_performance_horizons") }} as horizons
        on performance.policy_version = horizons.policy_version
        and {{ dbt.dateadd("day", "horizons.horizon_days", "dates.as_of_date") }} <= {{ as_of_date() }}
)

select 'date' as cohort_code, horizon_days, as_of_date as cohort_date, as_of_date
from passed
union all
select 'year' as cohort_code, years.horizon_days, years.as_of_date as cohort_date, passed.as_of_date
from passed as years
inner join passed
    on years.horizon_days = passed.horizon_days
    -- Another version means something else by gone bad.
    and years.policy_version = passed.policy_version
    and years.as_of_date >= passed.as_of_date
where passed.as_of_date > {{ month_end_before_the_last("years.cohort_months", "years.as_of_date") }}
