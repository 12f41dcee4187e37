{# The greater and the lesser of two values, null as soon as either is unknown: `greatest` and `least` pass over a null, and would say 0
   of what nobody knows. #}
{% macro greater_of(first, second) -%}
    case when {{ first }} >= {{ second }} then {{ first }} when {{ first }} < {{ second }} then {{ second }} end
{%- endmacro %}

{% macro lesser_of(first, second) -%}
    case when {{ first }} <= {{ second }} then {{ first }} when {{ first }} > {{ second }} then {{ second }} end
{%- endmacro %}

{# The sum of an amount over the rows that meet a condition; null as soon as one of them is unknown, 0 where no row meets it. #}
{% macro known_sum(amount, condition="true") -%}
    case
        when count(case when {{ condition }} then 1 end) = count(case when {{ condition }} then {{ amount }} end)
            then sum(case when {{ condition }} then {{ amount }} else 0 end)
    end
{%- endmacro %}
