{# Policy rows whose measure no model computes. #}
{% test is_measure(model, column_name) %}
select {{ column_name }}
from {{ model }}
where {{ column_name }} not in ('{{ measure_codes() | join("', '") }}')
{% endtest %}
