-- Aging buckets of every policy version, as closed ranges of days past due.
-- Grain: one row per policy_version and bucket_code.
with refresh as (
    select {{ as_of_date() }} as as_of_date
)

select
    refresh.as_of_date,
    buckets.policy_version,
    buckets.bucket_order,
    buckets.bucket_code,
    buckets.from_days,
    buckets.to_days
from {{ ref("policy_aging_buckets") }} as buckets
cross join refresh
