{# The grades of each scorecard version with their order, the best first. #}
{% macro ordered_grades() -%}
    select
        *,
        row_number() over (partition by policy_version order by from_score desc nulls last) as grade_order,
        count(*) over (partition by policy_version) as grade_count
    from {{ ref("policy_grades") }}
{%- endmacro %}
