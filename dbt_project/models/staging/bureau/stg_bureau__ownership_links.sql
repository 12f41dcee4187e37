-- Who owns whom, as the bureau publishes it, as known at the refresh.
-- Grain: one row per link.
with known as (
    {{ known_delta(source("bureau", "ownership_links"), ["link_id"]) }}
)

select
    link_id,
    owner_code,
    owner_name,
    owned_credit_code,
    share_pct,
    published_on,
    ended_on,
    _load_id as load_id,
    _line_number as line_number
from known
