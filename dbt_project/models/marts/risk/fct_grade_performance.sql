-- What happened to the customers of each grade within 30, 90 and 180 days of each past reporting date, and what was to be expected.
-- Grain: one row per as_of_date, horizon_days, outcome_code and grade_code.
select
    grades.as_of_date,
    grades.horizon_days,
    grades.outcome_code,
    grades.grade_code,
    cast(grades.customer_count as integer) as customer_count,
    cast(grades.bad_count as integer) as bad_count,
    {{ ratio("100 * grades.bad_count", "grades.customer_count") }} as bad_rate_pct,
    {{ ratio("100 * grades.earlier_bad_count", "grades.earlier_customer_count") }} as expected_bad_rate_pct,
    policies.policy_version
from {{ ref("int_performance__grades") }} as grades
inner join {{ ref("int_performance__policies_dated") }} as policies on grades.as_of_date = policies.as_of_date
