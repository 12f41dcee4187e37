-- Facts of the sender's own on customers, as known at the refresh.
-- Grain: one row per subject, metric, first day of validity and first day of knowledge.
with known as (
    {{ known_delta(source("any", "metrics"), ["subject", "metric", "valid_from", "known_from"]) }}
)

select
    subject,
    metric,
    value,
    valid_from,
    known_from,
    _load_id as load_id,
    _line_number as line_number
from known
