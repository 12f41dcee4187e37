-- What the CRM ever said of an account's name, credit code and ERP number, with the landing that first said it.
-- Grain: one row per fact_key.
select
    accounts.account_id || ' ' || coalesce(accounts.company_code, '') || '-' || coalesce(accounts.erp_customer_code, '') || ' '
    || coalesce(accounts.unified_social_credit_code, '') || ' ' || coalesce(accounts.account_name, '') as fact_key,
    accounts.account_id,
    accounts.company_code,
    accounts.erp_customer_code,
    accounts.account_name,
    accounts.unified_social_credit_code,
    min(loads.landed_at) as known_at
from {{ source("crm", "accounts") }} as accounts
inner join {{ ref("stg_ingestion__loads") }} as loads on accounts._load_id = loads.load_id
group by
    accounts.account_id, accounts.company_code, accounts.erp_customer_code, accounts.account_name, accounts.unified_social_credit_code
