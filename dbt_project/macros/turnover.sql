{# The levels that the turnover family is shown by, and the column that each is grouped by. #}
{% macro turnover_levels() -%}
    {{ return({"company": "company_code", "segment": "segment_code", "salesperson": "salesperson_code", "customer": "customer_id"}) }}
{%- endmacro %}
