-- Alerts from raised to cleared, with the response that they got and whether they had to be escalated.
-- Grain: one row per alert_id.
select
    {{ as_of_date() }} as as_of_date,
    alert_id,
    rule_code,
    subject_type,
    subject_code,
    level_code,
    owner_role,
    is_informational,
    raised_on,
    cleared_on,
    response_due_at,
    responded_at,
    response_code,
    response_hours_taken,
    escalated_on,
    snoozed_until,
    snooze_reason,
    last_measured_value as measured_value
from {{ ref("int_alerts__episodes") }}
