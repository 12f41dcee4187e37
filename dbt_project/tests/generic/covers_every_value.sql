{# Ranges that leave a gap, overlap, or have no open beginning or no open end. `step` 1: closed ranges of whole numbers
   (1-30, 31-60); `step` 0: half-open ranges (from 1 up to but not including 2). #}
{% test covers_every_value(model, key, from_column, to_column, step) %}
with ordered as (
    select
        {{ key | join(", ") }}, {{ from_column }} as from_value, {{ to_column }} as to_value,
        row_number() over (partition by {{ key | join(", ") }} order by {{ from_column }} nulls first) as position,
        count(*) over (partition by {{ key | join(", ") }}) as range_count,
        lead({{ from_column }}) over (partition by {{ key | join(", ") }} order by {{ from_column }} nulls first) as next_from_value
    from {{ model }}
)

select *
from ordered
where (position = 1) <> (from_value is null)
   or (position = range_count) <> (to_value is null)
   or (position < range_count and next_from_value <> to_value + {{ step }})
   or from_value > to_value
{% endtest %}
