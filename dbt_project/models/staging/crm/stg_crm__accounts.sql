-- Customer accounts of the CRM, as known at the refresh.
-- Grain: one row per account.
with known as (
    {{ known_full(source("crm", "accounts"), ["account_id"]) }}
)

select
    account_id,
    account_name,
    unified_social_credit_code,
    erp_customer_code,
    company_code,
    owner_name,
    created_on,
    _load_id as load_id,
    _line_number as line_number
from known
