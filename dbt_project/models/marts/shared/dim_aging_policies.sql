-- Aging policies: basis, view of unapplied credits, allocation and bad-debt line of every policy version, in force or ready to use.
-- Grain: one row per policy_version.
with refresh as (
    select {{ as_of_date() }} as as_of_date
)

select
    refresh.as_of_date,
    aging.policy_version,
    versions.effective_from,
    aging.aging_basis,
    aging.unapplied_view,
    aging.instalment_allocation,
    aging.receipt_allocation,
    aging.bad_debt_after_days,
    aging.history_months
from {{ ref("policy_aging") }} as aging
inner join {{ ref("policy_versions") }} as versions on aging.policy_version = versions.policy_version
cross join refresh
