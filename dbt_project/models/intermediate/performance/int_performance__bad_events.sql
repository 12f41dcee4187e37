-- Days on which a customer went bad, by each outcome of the policy: an instalment passed its days overdue, or was written off.
-- Grain: one row per customer_id, outcome_code and event_date.
with outcomes as (
    select * from {{ ref("policy_performance_outcomes") }} where policy_version = {{ policy_now("performance") }}
),

passed as (
    select
        periods.customer_id,
        outcomes.outcome_code,
        periods.valid_before,
        greatest(periods.valid_from, cast({{ dbt.dateadd("day", "outcomes.beyond_days + 1", "periods.due_date") }} as date)) as event_date
    from {{ ref("int_receivables__periods_in_force") }} as periods
    inner join outcomes on outcomes.beyond_days is not null
    where periods.open_amount > 0
)

select customer_id, outcome_code, event_date
from passed
where valid_before is null or event_date < valid_before
union
select settlements.customer_id, outcomes.outcome_code, settlements.effective_date
from {{ ref("int_receivables__settlements") }} as settlements
inner join outcomes on outcomes.counts_losses
where settlements.credit_document_type = 'write_off' and settlements.settled_amount > 0
