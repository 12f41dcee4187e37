-- The aging policy in force on each balance date.
-- Grain: one row per as_of_date.
select in_force.as_of_date, aging.*
from {{ ref("int_dates__policies_in_force") }} as in_force
inner join {{ ref("policy_aging") }} as aging on in_force.policy_version = aging.policy_version
where in_force.policy_area = 'aging'
