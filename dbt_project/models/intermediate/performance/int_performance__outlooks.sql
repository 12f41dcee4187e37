-- When each customer next went bad after each reporting date, and whether it already was, by the outcomes of that date's policy.
-- Grain: one row per as_of_date, customer_id and outcome_code.
with policies as (
    select * from {{ ref("int_performance__policies_dated") }}
),

events as (
    select * from {{ ref("int_performance__bad_events") }}
),

-- The last reporting date before each event; an earlier date finds the event by looking ahead.
dates_before as (
    select days.event_date, max(dates.as_of_date) as as_of_date
    from (select distinct event_date from events) as days
    inner join {{ ref("int_dates__reporting") }} as dates on dates.as_of_date < days.event_date
    group by days.event_date
),

first_events as (
    select
        events.policy_version, events.receipt_allocation, events.instalment_allocation, dates_before.as_of_date, events.customer_id,
        events.outcome_code, min(events.event_date) as event_date
    from events
    inner join dates_before on events.event_date = dates_before.event_date
    group by
        events.policy_version, events.receipt_allocation, events.instalment_allocation, dates_before.as_of_date, events.customer_id,
        events.outcome_code
),

choices as (
    select distinct policy_version, receipt_allocation, instalment_allocation from policies
),

-- Looking ahead goes on under the policy of the date that looks, whatever is in force later.
looked as (
    select
        measured.as_of_date,
        measured.customer_id,
        measured.longest_overdue_days,
        outcomes.outcome_code,
        outcomes.beyond_days,
        choices.policy_version,
        choices.receipt_allocation,
        choices.instalment_allocation,
        min(first_events.event_date) over (
            partition by
                measured.customer_id, choices.policy_version, choices.receipt_allocation, choices.instalment_allocation, outcomes.outcome_code
            order by measured.as_of_date rows between current row and unbounded following
        ) as next_event_date
    from {{ ref("int_customers__measured") }} as measured
    cross join choices
    inner join {{ ref("policy_performance_outcomes") }} as outcomes on choices.policy_version = outcomes.policy_version
    left join first_events on {{ same_customer("measured", "first_events") }}
        and choices.policy_version = first_events.policy_version
        and choices.receipt_allocation = first_events.receipt_allocation
        and choices.instalment_allocation = first_events.instalment_allocation
        and outcomes.outcome_code = first_events.outcome_code
)

select
    looked.as_of_date,
    looked.customer_id,
    looked.outcome_code,
    -- Who is overdue so long already, or stands under a hard trigger, needs no prediction.
    coalesce(looked.longest_overdue_days > looked.beyond_days, false) or graded.override_rule is not null as is_already_bad,
    graded.score is not null as is_scored,
    looked.next_event_date
from looked
inner join policies
    on looked.as_of_date = policies.as_of_date
    and looked.policy_version = policies.policy_version
    and looked.receipt_allocation = policies.receipt_allocation
    and looked.instalment_allocation = policies.instalment_allocation
inner join {{ ref("int_risk__customers_graded") }} as graded on {{ same_customer("looked", "graded") }}
