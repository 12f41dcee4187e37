-- The policy version in force in each area on each balance date.
-- Grain: one row per balance date and policy area.
select
    dates.balance_date as as_of_date,
    versions.policy_area,
    max_by(versions.policy_version, versions.effective_from) as policy_version
from {{ ref("int_dates__balance_dates") }} as dates
inner join {{ ref("policy_versions") }} as versions on dates.balance_date >= versions.effective_from
group by dates.balance_date, versions.policy_area
