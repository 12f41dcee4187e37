-- ERP numbers that no credit code identified when they were first known, and the identity that their name or number gives them.
-- Grain: one row per number_key without a credit code from the beginning.
with uncoded as (
    select numbers.*
    from {{ ref("int_identity__numbers") }} as numbers
    left join {{ ref("int_identity__codes_claimed") }} as claimed
        on numbers.number_key = claimed.number_key and claimed.is_from_the_beginning and claimed.is_allowed
    where claimed.number_key is null
),

coded_names as (
    select normalised_name, min(code_known_at) as known_at
    from {{ ref("int_customers__facts") }}
    where unified_social_credit_code is not null and normalised_name is not null
    group by normalised_name
),

-- Individuals share names; companies that carry their legal form do not. Nor does a name that credit codes are known under.
named as (
    select
        uncoded.number_key, uncoded.own_id, uncoded.known_at, {{ number_scope("uncoded.company_code") }} as number_scope,
        min(facts.normalised_name) as normalised_name
    from uncoded
    inner join {{ ref("int_customers__facts") }} as facts
        on facts.source_system = 'erp' and uncoded.number_key = facts.number_key and uncoded.known_at = facts.known_at
    left join coded_names on facts.normalised_name = coded_names.normalised_name and coded_names.known_at <= uncoded.known_at
    where facts.has_legal_form and coded_names.normalised_name is null
    group by uncoded.number_key, uncoded.own_id, uncoded.known_at, {{ number_scope("uncoded.company_code") }}
    having count(distinct facts.normalised_name) = 1
),

ordered as (
    select
        *,
        row_number() over (partition by normalised_name, number_scope order by known_at, number_key) as company_order,
        first_value(own_id) over (partition by normalised_name order by known_at, number_key) as shared_id
    from named
),

shared as (
    select ordered.number_key, ordered.shared_id
    from ordered
    inner join uncoded on ordered.number_key = uncoded.number_key
    inner join {{ ref("policy_matching_rules") }} as rules
        on rules.policy_version = {{ policy_now("matching") }} and rules.rule_code = 'same_name'
    left join {{ ref("customer_match_corrections") }} as refused
        on refused.decision = 'different'
        and uncoded.first_record_key = {{ record_key("refused.source_system", "refused.company_code", "refused.source_record") }}
        and ordered.shared_id = refused.customer_id
    where ordered.company_order = 1 and ordered.shared_id <> ordered.own_id and refused.customer_id is null
)

select
    uncoded.number_key,
    coalesce(shared.shared_id, uncoded.own_id) as customer_id,
    case when shared.shared_id is null then 'own_number' else 'same_name' end as rule_code
from uncoded
left join shared on uncoded.number_key = shared.number_key
