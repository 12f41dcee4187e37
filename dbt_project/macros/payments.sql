{# Whether a payment, or what was made of payments, stands on a date: it was made by then and not taken back. #}
{% macro stands_on(date, payments="payments") -%}
    {{ payments }}.valid_from <= {{ date }} and ({{ payments }}.valid_before is null or {{ payments }}.valid_before > {{ date }})
{%- endmacro %}
