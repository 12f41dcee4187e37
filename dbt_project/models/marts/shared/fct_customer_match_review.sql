-- Doubtful matches of records to customers for a person to answer in the corrections seed. An answered doubt does not come back.
-- Grain: one row per record_key, customer_id and doubt_code.
with records as (
    select * from {{ ref("int_customers__matched") }}
),

answered as (
    select {{ record_key("source_system", "company_code", "source_record") }} as record_key, customer_id
    from {{ ref("customer_match_corrections") }}
),

linked_surely as (
    select record_key from records where match_rule not in ('similar', 'unmatched', 'own_number', 'same_name')
),

doubts as (
    select pairs.record_key, pairs.customer_id, 'similar' as doubt_code, pairs.match_probability
    from {{ ref("int_customers__similar_judged") }} as pairs
    left join linked_surely on pairs.record_key = linked_surely.record_key
    where not pairs.is_link and linked_surely.record_key is null
    union all
    select proposed.record_key, proposed.customer_id, 'ambiguous_' || proposed.rule_code, null
    from {{ ref("int_customers__links_proposed") }} as proposed
    left join linked_surely on proposed.record_key = linked_surely.record_key
    where proposed.proposal_count > 1 and linked_surely.record_key is null
    union all
    select record_key, customer_id, 'invalid_credit_code', null
    from records
    where stated_credit_code is not null and not {{ is_valid_credit_code("stated_credit_code") }} and source_system <> 'bureau'
)

select
    {{ as_of_date() }} as as_of_date,
    doubts.record_key,
    doubts.customer_id,
    doubts.doubt_code,
    records.source_system,
    records.company_code,
    records.source_record,
    records.record_name,
    records.stated_credit_code,
    customers.customer_name,
    cast(doubts.match_probability as decimal(9, 4)) as match_probability,
    records.match_rule
from doubts
inner join records on doubts.record_key = records.record_key
left join {{ ref("int_customers__unified") }} as customers on doubts.customer_id = customers.customer_id
left join answered on doubts.record_key = answered.record_key and doubts.customer_id = answered.customer_id
where answered.record_key is null
