-- What happened to the customers of each grade within 30, 90 and 180 days of each past reporting date, and what was to be expected.
-- Grain: one row per as_of_date, horizon_days, outcome_code and grade_code.
select
    as_of_date,
    horizon_days,
    outcome_code,
    grade_code,
    cast(customer_count as integer) as customer_count,
    cast(bad_count as integer) as bad_count,
    {{ ratio("100 * bad_count", "customer_count") }} as bad_rate_pct,
    {{ ratio("100 * earlier_bad_count", "earlier_customer_count") }} as expected_bad_rate_pct,
    {{ policy_now("performance") }} as policy_version
from {{ ref("int_performance__grades") }}
