{# Policy rows whose measure no model computes. #}
{% test is_measure(model, column_name) %}
select {{ column_name }}
from {{ model }}
where {{ measure_source(column_name) }} = 'any.metrics' and {{ column_name }} not like 'metrics.%'
{% endtest %}
