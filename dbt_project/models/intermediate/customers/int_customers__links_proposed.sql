-- Customers that the exact rules propose for each record, with how many each rule proposes; one proposal is a link, several are a doubt.
-- Grain: one row per record_key, rule_code and customer_id.
with records as (
    select * from {{ ref("int_customers__source_records") }}
),

erp as (
    select * from records where source_system = 'erp'
),

crm as (
    select * from records where source_system = 'crm'
),

corrected as (
    select {{ record_key("source_system", "company_code", "source_record") }} as record_key, source_system, customer_id, decision
    from {{ ref("customer_match_corrections") }}
),

coded_names as (
    select distinct normalised_name, unified_social_credit_code
    from records
    where unified_social_credit_code is not null and normalised_name is not null
),

erp_proposed as (
    select record_key, 'credit_code' as rule_code, unified_social_credit_code as customer_id
    from erp
    where unified_social_credit_code is not null
    union
    select erp.record_key, 'crm_credit_code', crm.unified_social_credit_code
    from erp
    inner join crm on erp.company_code = crm.company_code and erp.bare_erp_number = crm.bare_erp_number
    where erp.unified_social_credit_code is null and crm.unified_social_credit_code is not null
    union
    select erp.record_key, 'name', coded_names.unified_social_credit_code
    from erp
    inner join coded_names on erp.normalised_name = coded_names.normalised_name
    where erp.unified_social_credit_code is null
    union
    select record_key, 'correction', customer_id
    from corrected
    where source_system = 'erp' and decision = 'same'
),

erp_allowed as (
    {{ allowed_links("erp_proposed", "corrected") }}
),

erp_linked as (
    {{ first_single_link("erp_allowed") }}
),

uncoded as (
    select
        erp.record_key,
        erp.company_code || '-' || erp.source_record as own_id,
        case
            when erp.has_legal_form then min(erp.company_code || '-' || erp.source_record) over (partition by erp.normalised_name)
        end as shared_id
    from erp
    left join erp_linked on erp.record_key = erp_linked.record_key
    where erp_linked.record_key is null
),

own_proposed as (
    select
        record_key,
        case when coalesce(shared_id, own_id) = own_id then 'own_number' else 'same_name' end as rule_code,
        coalesce(shared_id, own_id) as customer_id
    from uncoded
),

erp_customers as (
    select erp.company_code, erp.bare_erp_number, erp.normalised_name, linked.customer_id
    from (
        select record_key, customer_id from erp_linked
        union all
        select record_key, customer_id from own_proposed
    ) as linked
    inner join erp on linked.record_key = erp.record_key
),

crm_proposed as (
    select crm.record_key, 'credit_code' as rule_code, erp_customers.customer_id
    from crm inner join erp_customers on crm.unified_social_credit_code = erp_customers.customer_id
    union
    select crm.record_key, 'erp_code', erp_customers.customer_id
    from crm
    inner join erp_customers on crm.company_code = erp_customers.company_code and crm.bare_erp_number = erp_customers.bare_erp_number
    union
    select crm.record_key, 'name', erp_customers.customer_id
    from crm inner join erp_customers on crm.normalised_name = erp_customers.normalised_name
    union
    select record_key, 'correction', customer_id
    from corrected
    where source_system = 'crm' and decision = 'same'
),

crm_allowed as (
    {{ allowed_links("crm_proposed", "corrected") }}
),

bureau_proposed as (
    select distinct records.record_key, 'credit_code' as rule_code, erp_customers.customer_id
    from records
    inner join erp_customers on records.unified_social_credit_code = erp_customers.customer_id
    where records.source_system = 'bureau'
)

select * from erp_allowed
union all
select *, 1 as proposal_count from own_proposed
union all
select * from crm_allowed
union all
select *, 1 as proposal_count from bureau_proposed
