{# Rows whose value in the column stands more than once. Whole rows, unlike dbt's own, so that a refusal can name them. #}
{% test unique(model, column_name) %}
select *
from {{ model }}
where {{ column_name }} in (select {{ column_name }} from {{ model }} group by {{ column_name }} having count(*) > 1)
{% endtest %}
