-- What people did about alerts, as known at the refresh.
-- Grain: one row per response.
with known as (
    {{ known_delta(source("crm", "alert_responses"), ["response_id"]) }}
)

select
    response_id,
    alert_id,
    responded_at,
    response_code,
    snoozed_until,
    reason,
    responder,
    _load_id as load_id,
    _line_number as line_number
from known
