-- The performance policy in force on each reporting date, with the choices of the aging policy of that date.
-- Grain: one row per as_of_date.
select
    dates.as_of_date,
    performance.*,
    aging.receipt_allocation,
    aging.instalment_allocation
from {{ ref("int_dates__reporting") }} as dates
{{ join_policy_in_force("dates", "performance") }}
inner join {{ ref("policy_performance") }} as performance on in_force.policy_version = performance.policy_version
inner join {{ ref("int_dates__receivables_policies") }} as aging on dates.as_of_date = aging.as_of_date
