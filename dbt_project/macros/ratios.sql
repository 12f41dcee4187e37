{# numerator / denominator as a decimal with six places; null when the denominator is zero or null. Never infinity. #}
{% macro ratio(numerator, denominator) -%}
    cast(cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0) as decimal(24, 6))
{%- endmacro %}

{# Policy rows in force on a date: the version of the area with the latest effective_from on or before it. #}
{% macro policy_in_force(policy_area, date_relation) -%}
    select dates.as_of_date, max_by(versions.policy_version, versions.effective_from) as policy_version
    from {{ date_relation }} as dates
    inner join {{ ref("policy_versions") }} as versions
        on versions.policy_area = '{{ policy_area }}' and versions.effective_from <= dates.as_of_date
    group by dates.as_of_date
{%- endmacro %}
