{# Rows without a value in the column. Whole rows, unlike dbt's own, so that a refusal can name them. #}
{% test not_null(model, column_name) %}
select * from {{ model }} where {{ column_name }} is null
{% endtest %}
