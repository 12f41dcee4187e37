{# Scorecards whose weights do not sum to 100. #}
{% test weights_sum_to_100(model) %}
select policy_version, scorecard_code, sum(weight_pct) as weight_pct
from {{ model }}
group by policy_version, scorecard_code
having sum(weight_pct) <> 100
{% endtest %}
