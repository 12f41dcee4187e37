-- Credit codes that each rule proposes for an ERP number, as of the landing from which it does; one proposal is a claim, several are a doubt.
-- Grain: one row per number_key, rule_code and unified_social_credit_code.
with numbers as (
    select * from {{ ref("int_identity__numbers") }}
),

facts as (
    select * from {{ ref("int_customers__facts") }}
),

stated as (
    select number_key, unified_social_credit_code, min(code_known_at) as known_at
    from facts
    where source_system = 'erp' and unified_social_credit_code is not null
    group by number_key, unified_social_credit_code
),

noted as (
    select numbers.number_key, facts.unified_social_credit_code, min(greatest(numbers.known_at, facts.code_known_at)) as known_at
    from numbers
    inner join facts on facts.source_system = 'crm' and numbers.number_key = facts.number_key
    where facts.unified_social_credit_code is not null
    group by numbers.number_key, facts.unified_social_credit_code
),

coded_names as (
    select normalised_name, unified_social_credit_code, min(code_known_at) as known_at
    from facts
    where unified_social_credit_code is not null and normalised_name is not null
    group by normalised_name, unified_social_credit_code
),

ordered_names as (
    select *, row_number() over (partition by normalised_name order by known_at, unified_social_credit_code) as code_order
    from coded_names
),

names as (
    select number_key, normalised_name, min(known_at) as known_at
    from facts
    where source_system = 'erp' and normalised_name is not null
    group by number_key, normalised_name
),

named as (
    select
        names.number_key, coded.unified_social_credit_code, min(greatest(names.known_at, coded.known_at)) as known_at,
        min(coded.code_order) as code_order
    from names
    inner join ordered_names as coded on names.normalised_name = coded.normalised_name
    group by names.number_key, coded.unified_social_credit_code
),

proposed as (
    select number_key, 'credit_code' as rule_code, unified_social_credit_code, known_at, 1 as code_order from stated
    union all
    select number_key, 'crm_credit_code', unified_social_credit_code, known_at, 1 from noted
    union all
    select number_key, 'name', unified_social_credit_code, known_at, code_order from named
),

first_stated as (
    select number_key, min(known_at) as known_at from stated group by number_key
)

select
    proposed.number_key,
    proposed.rule_code,
    proposed.unified_social_credit_code,
    proposed.known_at,
    -- Of a name that had another code already, the one that comes later says nothing.
    greatest(
        count(*) over (partition by proposed.number_key, proposed.rule_code, proposed.known_at), proposed.code_order
    ) as proposal_count
from proposed
inner join numbers on proposed.number_key = numbers.number_key
left join first_stated on proposed.number_key = first_stated.number_key
left join {{ ref("customer_match_corrections") }} as refused
    on refused.decision = 'different'
    and numbers.first_record_key = {{ record_key("refused.source_system", "refused.company_code", "refused.source_record") }}
    and proposed.unified_social_credit_code = refused.customer_id
-- What the ERP itself states goes before what others say of the number from then on.
where
    refused.customer_id is null
    and (proposed.rule_code = 'credit_code' or first_stated.known_at is null or proposed.known_at < first_stated.known_at)
