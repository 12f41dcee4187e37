-- Customers with their score summed, graded by the bands in force, and overridden by hard triggers.
-- Grain: one row per as_of_date and customer_id.
with scores as (
    select
        as_of_date,
        customer_id,
        policy_version,
        cast(sum(contribution) as decimal(9, 4)) as score,
        cast(sum(case when points is null then policy_weight_pct else 0 end) as decimal(9, 4)) as missing_weight_pct
    from {{ ref("int_risk__factors_scored") }}
    group by as_of_date, customer_id, policy_version
),

triggers as (
    select
        dates.as_of_date,
        events.unified_social_credit_code as customer_id,
        min(overrides.override_order) as override_order
    from {{ ref("int_dates__reporting") }} as dates
    inner join {{ ref("int_risk__trigger_events") }} as events
        on events.published_on <= dates.as_of_date and (events.ended_on is null or events.ended_on > dates.as_of_date)
    inner join {{ ref("int_dates__policies_in_force") }} as in_force
        on dates.as_of_date = in_force.as_of_date and in_force.policy_area = 'scorecard'
    inner join {{ ref("policy_grade_overrides") }} as overrides
        on in_force.policy_version = overrides.policy_version and events.event_type = overrides.event_type
    group by dates.as_of_date, events.unified_social_credit_code
),

graded as (
    select
        scores.as_of_date,
        scores.customer_id,
        scores.score,
        scores.missing_weight_pct,
        grades.grade_code as scored_grade_code,
        coalesce(overrides.grade_code, grades.grade_code) as grade_code,
        coalesce(overrides.light_code, grades.light_code) as light_code,
        overrides.override_rule,
        scores.policy_version
    from scores
    left join {{ ref("policy_grades") }} as grades
        on scores.policy_version = grades.policy_version
        and (grades.from_score is null or scores.score >= grades.from_score)
        and (grades.to_score is null or scores.score < grades.to_score)
    left join triggers on scores.as_of_date = triggers.as_of_date and scores.customer_id = triggers.customer_id
    left join {{ ref("policy_grade_overrides") }} as overrides
        on scores.policy_version = overrides.policy_version and triggers.override_order = overrides.override_order
)

select
    as_of_date,
    customer_id,
    score,
    grade_code,
    light_code,
    scored_grade_code,
    override_rule,
    missing_weight_pct,
    policy_version
from graded
