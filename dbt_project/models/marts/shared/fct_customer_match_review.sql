-- Doubtful matches of records to customers for a person to answer in the corrections seed. An answered doubt does not come back.
-- Grain: one row per record_key, customer_id and doubt_code.
with records as (
    select * from {{ ref("int_identity__matched") }}
),

answered as (
    select {{ record_key("source_system", "company_code", "source_record") }} as record_key, customer_id
    from {{ ref("customer_match_corrections") }}
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
from {{ ref("int_identity__doubts") }} as doubts
inner join records on doubts.record_key = records.record_key
left join {{ ref("int_customers__unified") }} as customers on doubts.customer_id = customers.customer_id
left join answered on doubts.record_key = answered.record_key and doubts.customer_id = answered.customer_id
where answered.record_key is null
