-- Bureau events that a grade override may name.
-- Grain: one row per event.
select
    events.event_id,
    events.unified_social_credit_code,
    events.event_type,
    events.published_on,
    events.ended_on
from {{ ref("stg_bureau__events") }} as events
where events.event_type in (select event_type from {{ ref("policy_grade_overrides") }})
