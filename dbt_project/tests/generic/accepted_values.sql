{# Rows with another value in the column than those listed. Whole rows, unlike dbt's own, so that a refusal can name them. #}
{% test accepted_values(model, column_name, values) %}
select * from {{ model }} where {{ column_name }} not in ('{{ values | join("', '") }}')
{% endtest %}
