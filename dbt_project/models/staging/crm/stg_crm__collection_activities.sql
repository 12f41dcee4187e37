-- Contacts made to collect money, as known at the refresh.
-- Grain: one row per activity.
with known as (
    {{ known_delta(source("crm", "collection_activities"), ["activity_id"]) }}
)

select
    activity_id,
    account_id,
    activity_date,
    channel,
    outcome,
    company_code,
    document_no,
    collector_name,
    cost_amount,
    _load_id as load_id,
    _line_number as line_number
from known
