{# Keys that stand more than once, or hold a null where none may be: the grain that a model promises. #}
{% test unique_grain(model, key, may_be_null=[]) %}
select {{ key | join(", ") }}, count(*) as row_count
from {{ model }}
group by {{ key | join(", ") }}
having count(*) > 1 {% for column in key if column not in may_be_null %} or {{ column }} is null{% endfor %}
{% endtest %}
