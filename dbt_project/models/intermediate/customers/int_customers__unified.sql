-- One record per customer, its attributes taken from the ERP first, then the CRM and the bureau.
-- Grain: one row per customer_id.
with erp as (
    select
        matched.customer_id,
        matched.company_code,
        matched.source_record as customer_code,
        matched.record_key,
        customers.customer_name,
        customers.segment_code,
        customers.industry_code,
        customers.country_code,
        customers.salesperson_code,
        customers.customer_since_date,
        -- What only the ledger names says nothing of its customer.
        row_number() over (
            partition by matched.customer_id
            order by case when customers.customer_code is null then 1 else 0 end, matched.company_code, matched.source_record
        ) as account_order,
        count(*) over (partition by matched.customer_id) as erp_account_count,
        min(customers.customer_since_date) over (partition by matched.customer_id) as first_customer_since_date,
        min(matched.confidence) over (partition by matched.customer_id) as match_confidence
    from {{ ref("int_identity__matched") }} as matched
    left join {{ ref("stg_erp__customers") }} as customers
        on matched.company_code = customers.company_code and matched.source_record = customers.customer_code
    where matched.source_system = 'erp'
),

crm as (
    select
        matched.customer_id,
        min(matched.source_record) as crm_account_id,
        min(accounts.owner_name) as account_owner_name
    from {{ ref("int_identity__matched") }} as matched
    inner join {{ ref("stg_crm__accounts") }} as accounts on matched.source_record = accounts.account_id
    where matched.source_system = 'crm' and matched.customer_id is not null
    group by matched.customer_id
),

coded as (
    select customer_id, unified_social_credit_code from {{ ref("int_identity__codes_held") }} where is_main
),

publications as (
    {{ publications(ref("stg_bureau__registrations"), ["unified_social_credit_code"]) }}
),

-- All that the newest entry says, and nothing of an older one.
registered as (
    select unified_social_credit_code, registered_name, legal_representative_name, actual_controller_name
    from publications
    where {{ public_on(as_of_date()) }}
)

select
    erp.customer_id,
    coalesce(erp.customer_name, erp.customer_code) as customer_name,
    coded.unified_social_credit_code,
    coalesce(erp.segment_code, 'unassigned') as segment_code,
    erp.industry_code,
    erp.country_code,
    coalesce(erp.salesperson_code, 'unassigned') as salesperson_code,
    erp.first_customer_since_date as customer_since_date,
    cast(erp.erp_account_count as integer) as erp_account_count,
    erp.record_key as main_record_key,
    erp.match_confidence,
    crm.crm_account_id,
    crm.account_owner_name,
    registered.registered_name,
    registered.legal_representative_name,
    registered.actual_controller_name
from erp
left join coded on erp.customer_id = coded.customer_id
left join crm on erp.customer_id = crm.customer_id
left join registered on coded.unified_social_credit_code = registered.unified_social_credit_code
where erp.account_order = 1
