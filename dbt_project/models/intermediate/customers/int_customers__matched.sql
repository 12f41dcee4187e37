-- Records of the three sources matched to one customer, with the rule and its confidence.
-- Grain: one row per source system and source record.
with alike as (
    select record_key, customer_id, match_probability from {{ ref("int_customers__similar_judged") }} where is_link
),

placed as (
    select
        records.*,
        linked.customer_id as own_id,
        coalesce(alike.customer_id, linked.customer_id) as customer_id,
        case when alike.customer_id is null then coalesce(linked.rule_code, 'unmatched') else 'similar' end as match_rule,
        cast(coalesce(alike.match_probability, linked.confidence) as decimal(9, 4)) as confidence
    from {{ ref("int_customers__source_records") }} as records
    left join {{ ref("int_customers__linked") }} as linked on records.record_key = linked.record_key
    left join alike on records.record_key = alike.record_key
),

-- Whoever was linked to an ERP number follows it to the customer that the number turned out to be.
moved as (
    select own_id, max(customer_id) as customer_id
    from placed
    where source_system = 'erp' and match_rule = 'similar'
    group by own_id
)

select
    placed.record_key,
    placed.source_system,
    placed.company_code,
    placed.source_record,
    placed.record_name,
    placed.stated_credit_code,
    placed.unified_social_credit_code,
    coalesce(moved.customer_id, placed.customer_id) as customer_id,
    placed.match_rule,
    placed.confidence,
    placed.load_id,
    placed.line_number
from placed
left join moved on placed.customer_id = moved.own_id
