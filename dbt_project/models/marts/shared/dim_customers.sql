-- Customers, unified over the ERP's companies, the CRM and the bureau.
-- Grain: one row per customer_id.
select
    {{ as_of_date() }} as as_of_date,
    customer_id,
    customer_name,
    unified_social_credit_code,
    segment_code,
    industry_code,
    country_code,
    salesperson_code,
    customer_since_date,
    erp_account_count,
    crm_account_id,
    account_owner_name,
    registered_name,
    actual_controller_name
from {{ ref("int_customers__unified") }}
