-- What the bureau reports on a legal entity, as known at the refresh.
-- Grain: one row per event.
with known as (
    {{ known_delta(source("bureau", "events"), ["event_id"]) }}
)

select
    event_id,
    unified_social_credit_code,
    event_type,
    event_date,
    published_on,
    ended_on,
    measured_value,
    event_amount,
    event_description,
    _load_id as load_id,
    _line_number as line_number
from known
