-- Policy versions that their author approved, and areas with two versions from the same day.
select policy_version from {{ ref("policy_versions") }} where author = approver
union all
select max(policy_version)
from {{ ref("policy_versions") }}
where effective_from is not null
group by policy_area, effective_from
having count(*) > 1
