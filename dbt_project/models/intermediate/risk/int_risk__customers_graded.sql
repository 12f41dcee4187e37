-- Customers with the grade of their champion scorecard, moved by notches and overridden by hard triggers.
-- Grain: one row per as_of_date and customer_id.
with triggers as (
    select
        dates.as_of_date,
        events.customer_id,
        min(overrides.override_order) as override_order
    from {{ ref("int_dates__reporting") }} as dates
    inner join {{ ref("int_risk__trigger_events") }} as events
        on events.published_on <= dates.as_of_date and (events.ended_on is null or events.ended_on > dates.as_of_date)
    {{ join_policy_in_force("dates", "scorecard") }}
    inner join {{ ref("policy_grade_overrides") }} as overrides
        on in_force.policy_version = overrides.policy_version and events.event_type = overrides.event_type
    group by dates.as_of_date, events.customer_id
),

notched as (
    select
        scored.as_of_date,
        scored.customer_id,
        sum(notches.grade_steps) as grade_steps,
        min(notches.notch_rule) as notch_rule
    from {{ ref("int_risk__customers_scored") }} as scored
    inner join {{ ref("int_customers__measured") }} as measured on {{ same_customer("scored", "measured") }}
    inner join {{ ref("policy_grade_notches") }} as notches on scored.policy_version = notches.policy_version
    where scored.is_champion
        and {{ meets_rule(measure_value("notches.measure_code", "measured"), "notches.comparison", "notches.threshold_value") }}
    group by scored.as_of_date, scored.customer_id
),

grades as (
    {{ ordered_grades() }}
)

select
    scored.as_of_date,
    scored.customer_id,
    scored.scorecard_code,
    scored.score,
    scored.scored_grade_code,
    case when notched_grades.grade_code <> scored.scored_grade_code then notched.notch_rule end as notch_rule,
    -- A scorecard of which nothing could be measured gives no grade and no light, and says so; a hard trigger needs no score.
    coalesce(overrides.grade_code, notched_grades.grade_code, 'ungraded') as grade_code,
    coalesce(overrides.light_code, notched_grades.light_code) as light_code,
    overrides.override_rule,
    case when scored.score is null then 'no factor of scorecard ' || scored.scorecard_code || ' has an input' end as note,
    scored.missing_weight_pct,
    scored.policy_version
from {{ ref("int_risk__customers_scored") }} as scored
left join grades as scored_grades
    on scored.policy_version = scored_grades.policy_version and scored.scored_grade_code = scored_grades.grade_code
left join notched on {{ same_customer("scored", "notched") }}
left join grades as notched_grades
    on scored.policy_version = notched_grades.policy_version
    and notched_grades.grade_order = {{ lesser_of(
        greater_of("scored_grades.grade_order - coalesce(notched.grade_steps, 0)", "1"), "scored_grades.grade_count"
    ) }}
left join triggers on {{ same_customer("scored", "triggers") }}
left join {{ ref("policy_grade_overrides") }} as overrides
    on scored.policy_version = overrides.policy_version and triggers.override_order = overrides.override_order
where scored.is_champion
