{# Keys that stand more than once, or hold a null: the grain that a model promises. #}
{% test unique_grain(model, key) %}
select {{ key | join(", ") }}, count(*) as row_count
from {{ model }}
group by {{ key | join(", ") }}
having count(*) > 1 {% for column in key %} or {{ column }} is null{% endfor %}
{% endtest %}
