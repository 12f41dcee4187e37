-- Policy versions that their author approved, and areas with two versions from the same day.
select policy_area, policy_version, effective_from, author || ' approved it, its author' as problem
from {{ ref("policy_versions") }}
where author = approver
union all
select policy_area, max(policy_version), effective_from, 'another version of the area is in force from the same day'
from {{ ref("policy_versions") }}
where effective_from is not null
group by policy_area, effective_from
having count(*) > 1
