-- The customer that each ERP account is, after the answers of people, and the one that the rules alone would make it.
-- Grain: one row per record_key of the ERP.
with accounts as (
    select
        records.record_key, records.company_code, records.source_record, records.number_key, numbers.first_record_key,
        identified.customer_id, identified.rule_code, identified.is_first
    from {{ ref("int_customers__source_records") }} as records
    inner join {{ ref("int_identity__numbers") }} as numbers on records.number_key = numbers.number_key
    inner join {{ ref("int_customers__numbers_identified") }} as identified on records.number_key = identified.number_key
    where records.source_system = 'erp'
),

answers as (
    select
        {{ record_key("source_system", "company_code", "source_record") }} as record_key, customer_id, decision
    from {{ ref("customer_match_corrections") }}
    where source_system = 'erp'
),

-- An answer about one way to write a number is an answer about the number.
answered as (
    select
        accounts.number_key, min(accounts.customer_id) as former_id, min(answers.customer_id) as customer_id,
        bool_or(accounts.is_first) as is_first
    from accounts
    inner join answers on accounts.record_key = answers.record_key and answers.decision = 'same'
    group by accounts.number_key
),

moved as (
    select former_id, min(customer_id) as customer_id from answered where is_first group by former_id
),

placed as (
    select
        accounts.*,
        coalesce(
            own.customer_id,
            case when apart.record_key is null or accounts.record_key = accounts.first_record_key then answered.customer_id end
        ) as answered_id,
        apart.record_key is not null and accounts.record_key <> accounts.first_record_key as is_apart,
        moved.customer_id as moved_id
    from accounts
    left join answers as own on accounts.record_key = own.record_key and own.decision = 'same'
    left join answers as apart
        on accounts.record_key = apart.record_key and apart.decision = 'different' and accounts.customer_id = apart.customer_id
    left join answered on accounts.number_key = answered.number_key
    left join moved on accounts.customer_id = moved.former_id
),

decided as (
    select
        *,
        case
            when answered_id is not null then 'correction'
            when is_apart then 'own_number'
            when moved_id is not null then 'correction'
            when record_key <> first_record_key then 'padded_number'
            else rule_code
        end as deciding_rule
    from placed
)

select
    decided.record_key,
    coalesce(
        decided.answered_id, case when decided.is_apart then decided.company_code || '-' || decided.source_record end, decided.moved_id,
        decided.customer_id
    ) as customer_id,
    decided.deciding_rule as rule_code,
    rules.confidence,
    decided.customer_id as customer_id_by_rule
from decided
inner join {{ ref("policy_matching_rules") }} as rules
    on rules.policy_version = {{ policy_now("matching") }} and decided.deciding_rule = rules.rule_code
