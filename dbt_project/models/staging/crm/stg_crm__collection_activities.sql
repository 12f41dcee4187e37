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
    cost_amount
from known
