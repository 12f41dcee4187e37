-- Records of the three sources matched to one customer: by unified social credit code, else by the ERP's own number.
-- Grain: one row per source system and source record.
with master as (
    select company_code, customer_code, unified_social_credit_code from {{ ref("stg_erp__customers") }}
),

ledger_only as (
    select distinct documents.company_code, documents.customer_code, cast(null as varchar) as unified_social_credit_code
    from {{ ref("stg_erp__documents") }} as documents
    left join master
        on documents.company_code = master.company_code and documents.customer_code = master.customer_code
    where master.customer_code is null
),

erp as (
    select
        'erp' as source_system,
        company_code,
        customer_code as source_record,
        unified_social_credit_code,
        coalesce(unified_social_credit_code, company_code || '-' || customer_code) as customer_id,
        case when unified_social_credit_code is null then 'erp_code' else 'credit_code' end as match_rule
    from (select * from master union all select * from ledger_only) as accounts
),

credit_codes as (
    select distinct unified_social_credit_code as customer_id from erp where unified_social_credit_code is not null
),

erp_codes as (
    select
        company_code,
        regexp_replace(source_record, '^0+', '') as bare_code,
        max(customer_id) as customer_id
    from erp
    group by company_code, regexp_replace(source_record, '^0+', '')
    having count(distinct customer_id) = 1
),

crm as (
    select
        'crm' as source_system,
        accounts.company_code,
        accounts.account_id as source_record,
        accounts.unified_social_credit_code,
        coalesce(credit_codes.customer_id, erp_codes.customer_id) as customer_id,
        case
            when credit_codes.customer_id is not null then 'credit_code'
            when erp_codes.customer_id is not null then 'bare_erp_code'
            else 'unmatched'
        end as match_rule
    from {{ ref("stg_crm__accounts") }} as accounts
    left join credit_codes on accounts.unified_social_credit_code = credit_codes.customer_id
    left join erp_codes
        on accounts.company_code = erp_codes.company_code
        and regexp_replace(accounts.erp_customer_code, '^0+', '') = erp_codes.bare_code
),

bureau as (
    select
        'bureau' as source_system,
        cast(null as varchar) as company_code,
        registrations.unified_social_credit_code as source_record,
        registrations.unified_social_credit_code,
        credit_codes.customer_id,
        case when credit_codes.customer_id is null then 'unmatched' else 'credit_code' end as match_rule
    from (select distinct unified_social_credit_code from {{ ref("stg_bureau__registrations") }}) as registrations
    left join credit_codes on registrations.unified_social_credit_code = credit_codes.customer_id
)

select * from erp
union all
select * from crm
union all
select * from bureau
