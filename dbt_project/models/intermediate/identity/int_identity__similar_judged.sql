-- Similar pairs judged by the policy: linked, or for a person to review. Pairs that a person said are different are left out.
-- Grain: one row per record_key and customer_id.
with policy as (
    select distinct link_probability from {{ ref("int_identity__matching_policy") }}
),

coded as (
    select customer_id from {{ ref("int_identity__codes_held") }}
    union
    select unified_social_credit_code from {{ ref("int_customers__source_records") }}
),

judged as (
    select
        pairs.*,
        records.source_system,
        max(pairs.match_probability) over (partition by pairs.record_key) as highest_probability,
        count(*) over (partition by pairs.record_key, pairs.match_probability) as equal_count
    from {{ ref("int_identity__similar") }} as pairs
    inner join {{ ref("int_customers__source_records") }} as records on pairs.record_key = records.record_key
    left join coded on pairs.customer_id = coded.customer_id
    left join {{ ref("customer_match_corrections") }} as refused
        on refused.decision = 'different'
        and pairs.record_key = {{ record_key("refused.source_system", "refused.company_code", "refused.source_record") }}
        and pairs.customer_id = refused.customer_id
    where
        refused.customer_id is null
        -- Two ERP accounts without a code prove nothing to each other.
        and (records.source_system = 'crm' or coded.customer_id is not null)
)

select
    judged.record_key,
    judged.customer_id,
    judged.match_probability,
    -- Two customers equally similar are a doubt, however likely each is.
    -- An ERP account has an identity already, that of its number: what it resembles is for a person to say.
    judged.source_system = 'crm'
    and judged.match_probability >= policy.link_probability
    and judged.match_probability = judged.highest_probability
    and judged.equal_count = 1 as is_link
from judged
cross join policy
