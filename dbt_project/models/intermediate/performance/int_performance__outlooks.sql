-- When each customer next went bad after each reporting date, and whether it already was.
-- Grain: one row per as_of_date, customer_id and outcome_code.
with outcomes as (
    select * from {{ ref("policy_performance_outcomes") }} where policy_version = {{ policy_now("performance") }}
),

-- The last reporting date before each event; an earlier date finds the event by looking ahead.
dates_before as (
    select days.event_date, max(dates.as_of_date) as as_of_date
    from (select distinct event_date from {{ ref("int_performance__bad_events") }}) as days
    inner join {{ ref("int_dates__reporting") }} as dates on dates.as_of_date < days.event_date
    group by days.event_date
),

first_events as (
    select dates_before.as_of_date, events.customer_id, events.outcome_code, min(events.event_date) as event_date
    from {{ ref("int_performance__bad_events") }} as events
    inner join dates_before on events.event_date = dates_before.event_date
    group by dates_before.as_of_date, events.customer_id, events.outcome_code
)

select
    measured.as_of_date,
    measured.customer_id,
    outcomes.outcome_code,
    -- Who is overdue so long already, or stands under a hard trigger, needs no prediction.
    coalesce(measured.longest_overdue_days > outcomes.beyond_days, false) or graded.override_rule is not null as is_already_bad,
    min(first_events.event_date) over (
        partition by measured.customer_id, outcomes.outcome_code order by measured.as_of_date
        rows between current row and unbounded following
    ) as next_event_date
from {{ ref("int_customers__measured") }} as measured
inner join {{ ref("int_risk__customers_graded") }} as graded
    on measured.as_of_date = graded.as_of_date and measured.customer_id = graded.customer_id
cross join outcomes
left join first_events
    on measured.as_of_date = first_events.as_of_date
    and measured.customer_id = first_events.customer_id
    and outcomes.outcome_code = first_events.outcome_code
