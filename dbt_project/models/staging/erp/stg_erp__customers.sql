-- Customer master of the ERP, one account per company, as known at the refresh.
-- Grain: one row per company and customer.
with known as (
    {{ known_full(source("erp", "customers"), ["company_code", "customer_code"], ["company_code"]) }}
)

select
    company_code,
    customer_code,
    customer_name,
    unified_social_credit_code,
    segment_code,
    industry_code,
    country_code,
    salesperson_code,
    paying_customer_code,
    payment_terms_days,
    credit_limit_amount,
    customer_since_date,
    changed_on,
    _load_id as load_id,
    _line_number as line_number
from known
