{# Factors without bands, and bands without a factor. #}
{% test bands_for_every_factor(model) %}
with bands as (select distinct policy_version, factor_code from {{ model }})

select
    coalesce(factors.policy_version, bands.policy_version) as policy_version,
    factors.scorecard_code,
    coalesce(factors.factor_code, bands.factor_code) as factor_code
from {{ ref("policy_scorecard_factors") }} as factors
full outer join bands on factors.policy_version = bands.policy_version and factors.factor_code = bands.factor_code
where bands.factor_code is null or factors.factor_code is null
{% endtest %}
