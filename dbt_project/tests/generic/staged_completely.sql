{# Raw = staged, counted another way than staging selects: distinct keys of a delta table, or rows of a full table that no
   later load of the same company replaces. #}
{% test staged_completely(model, raw, key=none, replaces_by=none) %}
with expected as (
    {% if key %}
    select count(*) as row_count
    from (select distinct {{ key | join(", ") }} from {{ raw }} as raw where {{ is_known("raw") }}) as keys
    {% else %}
    select count(*) as row_count
    from {{ raw }} as raw
    where {{ is_known("raw") }}
      and not exists (
        select 1 from {{ raw }} as later
        where later._load_id > raw._load_id and {{ is_known("later") }}
        {% for column in replaces_by %} and later.{{ column }} = raw.{{ column }}{% endfor %}
    )
    {% endif %}
),

staged as (
    select count(*) as row_count from {{ model }}
)

select expected.row_count as expected_row_count, staged.row_count as staged_row_count
from expected cross join staged
where expected.row_count <> staged.row_count
{% endtest %}
