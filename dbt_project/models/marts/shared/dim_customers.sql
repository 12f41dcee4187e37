-- Customers, unified over the ERP's companies, the CRM and the bureau.
-- Grain: one row per customer_id.
select
    {{ as_of_date() }} as as_of_date,
    customers.customer_id,
    customers.customer_name,
    unified_social_credit_code,
    segment_code,
    industry_code,
    country_code,
    salesperson_code,
    customer_since_date,
    erp_account_count,
    crm_account_id,
    account_owner_name,
    match_confidence,
    registered_name,
    legal_representative_name,
    actual_controller_name,
    -- A customer without a posting yet stands alone.
    coalesce(grouped.group_id, customers.customer_id) as group_id,
    coalesce(grouped.group_name, customers.customer_name) as group_name,
    coalesce(grouped.group_rule, 'alone') as group_rule
from {{ ref("int_customers__unified") }} as customers
left join {{ ref("int_identity__grouped") }} as grouped
    on customers.customer_id = grouped.customer_id and grouped.as_of_date = {{ as_of_date() }}
