-- Bureau events of customers that a grade override may name.
-- Grain: one row per event.
select
    events.event_id,
    held.customer_id,
    events.event_type,
    events.published_on,
    events.ended_on
from {{ ref("stg_bureau__events") }} as events
inner join {{ ref("int_identity__codes_held") }} as held
    on events.unified_social_credit_code = held.unified_social_credit_code and held.is_main
where events.event_type in (select event_type from {{ ref("policy_grade_overrides") }})
