-- Applications for credit and how they were decided, as known at the refresh.
-- Grain: one row per application.
with known as (
    {{ known_delta(source("crm", "credit_applications"), ["credit_application_id"]) }}
)

select
    credit_application_id,
    company_code,
    customer_code,
    applied_on,
    decided_on,
    decision,
    approved_limit_amount,
    approved_terms_days,
    valid_until,
    approver,
    _load_id as load_id,
    _line_number as line_number
from known
