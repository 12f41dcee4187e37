{# Loads of which more or fewer rows are staged than are in force, counted another way than staging selects: the last load of each key
   of a delta table, or the loads of a full table that no later one of the same company replaces. #}
{% test staged_completely(model, raw, key=none, replaces_by=none) %}
with expected as (
    select _load_id, count(*) as row_count
    {% if key %}
    from (select max(_load_id) as _load_id from {{ raw }} as raw where {{ is_known("raw") }} group by {{ key | join(", ") }}) as keys
    {% else %}
    from {{ raw }} as raw
    where {{ is_known("raw") }}
      and not exists (
        select 1 from {{ raw }} as later
        where later._load_id > raw._load_id and {{ is_known("later") }}
        {% for column in replaces_by %} and later.{{ column }} = raw.{{ column }}{% endfor %}
    )
    {% endif %}
    group by _load_id
),

staged as (
    select load_id, count(*) as row_count from {{ model }} group by load_id
)

select
    coalesce(expected._load_id, staged.load_id) as load_id,
    coalesce(expected.row_count, 0) as expected_row_count,
    coalesce(staged.row_count, 0) as staged_row_count
from expected
full outer join staged on expected._load_id = staged.load_id
where expected.row_count is distinct from staged.row_count
{% endtest %}
