{# Rows whose value in the column the other model does not have. Whole rows, unlike dbt's own, so that a refusal can name them. #}
{% test relationships(model, column_name, to, field) %}
select *
from {{ model }}
where {{ column_name }} is not null and {{ column_name }} not in (select {{ field }} from {{ to }} where {{ field }} is not null)
{% endtest %}
