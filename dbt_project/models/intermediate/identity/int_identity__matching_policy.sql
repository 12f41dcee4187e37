-- The matching policy in force at the as-of date: its probabilities by comparison and level.
-- Grain: one row per comparison_code and level_order.
select
    levels.comparison_code,
    levels.level_order,
    cast(levels.minimum_similarity as double) as minimum_similarity,
    cast(levels.m_probability as double) as m_probability,
    cast(levels.u_probability as double) as u_probability,
    cast(matching.link_probability as double) as link_probability,
    cast(matching.review_probability as double) as review_probability,
    cast(matching.prior_probability as double) as prior_probability
from {{ ref("policy_matching") }} as matching
inner join {{ ref("policy_matching_levels") }} as levels on matching.policy_version = levels.policy_version
where matching.policy_version = {{ policy_now("matching") }}
