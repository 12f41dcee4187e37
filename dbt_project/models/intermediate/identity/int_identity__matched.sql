-- Records of the three sources matched to one customer, with the rule and its confidence.
-- Grain: one row per source system and source record.
with alike as (
    select record_key, customer_id, match_probability from {{ ref("int_identity__similar_judged") }} where is_link
)

select
    records.record_key,
    records.source_system,
    records.company_code,
    records.source_record,
    records.record_name,
    records.stated_credit_code,
    records.unified_social_credit_code,
    coalesce(alike.customer_id, linked.customer_id) as customer_id,
    case when linked.customer_id_by_rule <> linked.customer_id then linked.customer_id_by_rule end as customer_id_by_rule,
    case when alike.customer_id is null then coalesce(linked.rule_code, 'unmatched') else 'similar' end as match_rule,
    cast(coalesce(alike.match_probability, linked.confidence) as decimal(9, 4)) as confidence,
    records.load_id,
    records.line_number
from {{ ref("int_customers__source_records") }} as records
left join {{ ref("int_identity__linked") }} as linked on records.record_key = linked.record_key
left join alike on records.record_key = alike.record_key
