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
inner join {{ ref("int_dates__policies_in_force") }} as in_force
    on dates.as_of_date = in_force.as_of_date and in_force.policy_area = 'aging'
