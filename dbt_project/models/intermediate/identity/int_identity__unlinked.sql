-- Records that no exact rule links to another system's, and the customers that they are compared with, each under every name it has.
-- Grain: one row per compared_key.
with named as (
    select records.*, linked.customer_id, linked.rule_code
    from {{ ref("int_customers__source_records") }} as records
    left join {{ ref("int_identity__linked") }} as linked on records.record_key = linked.record_key
    where records.normalised_name is not null
)

select
    'record' as side,
    'record ' || record_key as compared_key,
    record_key,
    cast(null as varchar) as customer_id,
    normalised_name,
    company_code,
    industry_code,
    substr(normalised_name, 1, 2) as name_beginning
from named
where source_system in ('erp', 'crm') and coalesce(rule_code, 'own_number') in ('own_number', 'same_name')
union all
select
    'customer',
    'customer ' || record_key,
    record_key,
    coalesce(customer_id, unified_social_credit_code),
    normalised_name,
    company_code,
    industry_code,
    substr(normalised_name, 1, 2)
from named
where source_system <> 'crm' and coalesce(customer_id, unified_social_credit_code) is not null
