{# Whether rows of two relations (columns as_of_date and customer_id) are of the same customer on the same date. #}
{% macro same_customer(row, other) -%}
    {{ row }}.as_of_date = {{ other }}.as_of_date and {{ row }}.customer_id = {{ other }}.customer_id
{%- endmacro %}
