{# numerator / denominator as a decimal with six places; null when the denominator is zero or null. Never infinity. #}
{% macro ratio(numerator, denominator) -%}
    cast(cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0) as decimal(24, 6))
{%- endmacro %}

{# One ratio less another, rounded once; null when either is. #}
{% macro ratio_difference(numerator, denominator, less_numerator, less_denominator) -%}
    cast(
        cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0)
        - cast({{ less_numerator }} as double) / nullif(cast({{ less_denominator }} as double), 0) as decimal(24, 6)
    )
{%- endmacro %}

{# Below every measured value: the lower end of a range that has none. #}
{% macro lowest_number() -%}
    cast('-999999999999999999' as decimal(24, 6))
{%- endmacro %}
