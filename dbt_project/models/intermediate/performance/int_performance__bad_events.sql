-- Days on which a customer went bad, by each outcome of the policies: an instalment passed its days overdue, or was written off.
-- Grain: one row per policy_version, receipt_allocation, instalment_allocation, customer_id, outcome_code and event_date.
with policies as (
    select distinct policy_version, receipt_allocation, instalment_allocation from {{ ref("int_performance__policies_dated") }}
),

outcomes as (
    select policies.receipt_allocation, policies.instalment_allocation, outcomes.*
    from policies
    inner join {{ ref("policy_performance_outcomes") }} as outcomes on policies.policy_version = outcomes.policy_version
),

passed as (
    select
        outcomes.policy_version,
        outcomes.receipt_allocation,
        outcomes.instalment_allocation,
        periods.customer_id,
        outcomes.outcome_code,
        periods.valid_before,
        greatest(periods.valid_from, cast({{ dbt.dateadd("day", "outcomes.beyond_days + 1", "periods.due_date") }} as date)) as event_date
    from {{ ref("int_ledger__balance_periods") }} as periods
    inner join outcomes on outcomes.beyond_days is not null and {{ is_chosen_by("outcomes", "periods") }}
    where periods.open_amount > 0 and periods.document_type <> 'fx_revaluation'
)

select policy_version, receipt_allocation, instalment_allocation, customer_id, outcome_code, event_date
from passed
where valid_before is null or event_date < valid_before
union
select
    outcomes.policy_version, outcomes.receipt_allocation, outcomes.instalment_allocation, settlements.customer_id, outcomes.outcome_code,
    settlements.effective_date
from {{ ref("int_payments__settlements") }} as settlements
inner join outcomes on outcomes.counts_losses and {{ is_chosen_by("outcomes", "settlements") }}
where settlements.credit_document_type = 'write_off' and settlements.settled_amount > 0
