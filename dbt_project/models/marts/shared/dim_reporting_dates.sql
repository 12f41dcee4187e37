-- Reporting dates of this publication: the as-of date and the month-ends of the policy's history window before it.
-- Grain: one row per as_of_date.
select
    dates.as_of_date,
    dates.is_refresh_date,
    dates.is_month_end,
    dates.opening_date,
    dates.days_in_period,
    in_force.policy_version
from {{ ref("int_dates__reporting") }} as dates
{{ join_policy_in_force("dates", "aging") }}
