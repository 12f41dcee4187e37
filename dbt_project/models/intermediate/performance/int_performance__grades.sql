-- What became of the customers of each grade, and what the same grade's customers of earlier dates had led one to expect.
-- Grain: one row per as_of_date, horizon_days, outcome_code and grade_code.
with counted as (
    select
        observed.as_of_date,
        observed.horizon_days,
        observed.outcome_code,
        graded.grade_code,
        policies.policy_version,
        count(*) as customer_count,
        count(case when observed.is_bad then 1 end) as bad_count
    from {{ ref("int_performance__observed") }} as observed
    inner join {{ ref("int_risk__customers_graded") }} as graded on {{ same_customer("observed", "graded") }}
    inner join {{ ref("int_performance__policies_dated") }} as policies on observed.as_of_date = policies.as_of_date
    group by observed.as_of_date, observed.horizon_days, observed.outcome_code, graded.grade_code, policies.policy_version
)

select
    counted.as_of_date,
    counted.horizon_days,
    counted.outcome_code,
    counted.grade_code,
    counted.customer_count,
    counted.bad_count,
    sum(earlier.customer_count) as earlier_customer_count,
    sum(earlier.bad_count) as earlier_bad_count
from counted
-- Only dates whose outcome was known by then, and whose version means the same by gone bad.
left join counted as earlier
    on counted.horizon_days = earlier.horizon_days
    and counted.outcome_code = earlier.outcome_code
    and counted.grade_code = earlier.grade_code
    and counted.policy_version = earlier.policy_version
    and {{ dbt.dateadd("day", "earlier.horizon_days", "earlier.as_of_date") }} <= counted.as_of_date
group by
    counted.as_of_date, counted.horizon_days, counted.outcome_code, counted.grade_code, counted.customer_count, counted.bad_count
