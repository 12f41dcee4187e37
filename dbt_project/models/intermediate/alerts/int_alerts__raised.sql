-- Raised rules on each reporting date with the alert that each belongs to, and what becomes of it.
-- Grain: one row per as_of_date and alert_id.
{{ config(materialized="view") }}
select
    evaluated.as_of_date,
    episodes.alert_id,
    evaluated.rule_code,
    evaluated.subject_type,
    evaluated.subject_code,
    evaluated.level_code,
    evaluated.measured_value,
    cast(evaluated.threshold_value as decimal(24, 6)) as threshold_value,
    evaluated.owner_role,
    evaluated.is_informational,
    evaluated.policy_version,
    episodes.raised_on,
    episodes.response_due_at,
    episodes.responded_at,
    episodes.response_code,
    episodes.escalated_on,
    episodes.snoozed_until
from {{ ref("int_alerts__evaluated") }} as evaluated
inner join {{ ref("int_alerts__episodes") }} as episodes
    on evaluated.rule_code = episodes.rule_code
    and evaluated.subject_type = episodes.subject_type
    and evaluated.subject_code = episodes.subject_code
    and evaluated.as_of_date >= episodes.raised_on
    and evaluated.as_of_date <= episodes.last_raised_on
where evaluated.status_code = 'raised'
