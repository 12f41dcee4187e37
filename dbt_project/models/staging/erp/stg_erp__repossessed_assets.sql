-- Equipment taken back from customers, as known at the refresh.
-- Grain: one row per asset taken back.
with known as (
    {{ known_delta(source("erp", "repossessed_assets"), ["repossession_id"]) }}
)

select
    repossession_id,
    company_code,
    customer_code,
    document_no,
    asset_description,
    repossessed_on,
    appraised_amount,
    sold_on,
    proceeds_amount,
    _load_id as load_id,
    _line_number as line_number
from known
