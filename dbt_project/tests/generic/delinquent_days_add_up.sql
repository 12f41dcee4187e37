{# Turnover rows where best possible DSO and average days delinquent do not add up to simple DSO (SEMANTICS 5). #}
{% test delinquent_days_add_up(model) %}
select as_of_date, level, level_key, dso_simple, best_possible_dso, average_days_delinquent
from {{ model }}
where dso_simple <> best_possible_dso + average_days_delinquent
   or (dso_simple is null) <> (average_days_delinquent is null)
{% endtest %}
