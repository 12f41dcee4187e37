{# The version of each policy area in force on the dates of a relation (column as_of_date): the one with the latest effective_from on
   or before the date. #}
{% macro policies_in_force(dates) -%}
    select dates.as_of_date, versions.policy_area, max_by(versions.policy_version, versions.effective_from) as policy_version
    from {{ dates }} as dates
    inner join {{ ref("policy_versions") }} as versions on dates.as_of_date >= versions.effective_from
    group by dates.as_of_date, versions.policy_area
{%- endmacro %}
