{# Keeps a common table expression that is read several times from being computed each time: in a recursive query whose steps are built
   on each other DuckDB took 136 s where it takes 0.5 s so. Spark has no word for it. #}
{% macro computed_once() -%}
    {{ return(adapter.dispatch("computed_once", "receivables")()) }}
{%- endmacro %}

{% macro default__computed_once() -%}
{%- endmacro %}

{% macro duckdb__computed_once() -%}
    materialized
{%- endmacro %}
