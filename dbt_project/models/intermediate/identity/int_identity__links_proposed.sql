-- Customers that the exact rules propose for each record of the CRM and the bureau, with how many each rule proposes.
-- Grain: one row per record_key, rule_code and customer_id.
with records as (
    select * from {{ ref("int_customers__source_records") }}
),

corrected as (
    select {{ record_key("source_system", "company_code", "source_record") }} as record_key, source_system, customer_id, decision
    from {{ ref("customer_match_corrections") }}
),

accounts as (
    select records.number_key, records.normalised_name, identified.customer_id
    from {{ ref("int_identity__accounts_identified") }} as identified
    inner join records on identified.record_key = records.record_key
),

crm as (
    select * from records where source_system = 'crm'
),

crm_proposed as (
    select crm.record_key, 'credit_code' as rule_code, held.customer_id
    from crm
    inner join {{ ref("int_identity__codes_held") }} as held on crm.unified_social_credit_code = held.unified_social_credit_code
    union
    select crm.record_key, 'erp_code', accounts.customer_id
    from crm
    inner join accounts on crm.number_key = accounts.number_key
    union
    select crm.record_key, 'name', accounts.customer_id
    from crm
    inner join accounts on crm.normalised_name = accounts.normalised_name
    union
    select record_key, 'correction', customer_id
    from corrected
    where source_system = 'crm' and decision = 'same'
),

crm_allowed as (
    {{ allowed_links("crm_proposed", "corrected") }}
),

bureau_proposed as (
    select records.record_key, 'credit_code' as rule_code, held.customer_id
    from records
    inner join {{ ref("int_identity__codes_held") }} as held on records.unified_social_credit_code = held.unified_social_credit_code
    where records.source_system = 'bureau'
)

select * from crm_allowed
union all
select *, 1 as proposal_count from bureau_proposed
