-- Policy versions: what each is for, from when it holds, who wrote and who approved it.
-- Grain: one row per policy_version.
with refresh as (
    select {{ as_of_date() }} as as_of_date
),

in_force as (
    {{ policies_in_force("refresh") }}
)

select
    refresh.as_of_date,
    versions.policy_version,
    versions.policy_area,
    versions.effective_from,
    versions.author,
    versions.approver,
    versions.reason,
    versions.reference,
    in_force.policy_version is not null as is_in_force
from {{ ref("policy_versions") }} as versions
cross join refresh
left join in_force on versions.policy_version = in_force.policy_version
