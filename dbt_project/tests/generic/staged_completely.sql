{# Loads of which more or fewer rows are staged than are in force, counted another way than staging selects: of each key the load that
   delivered it last, among what no later delivery of the same sender and company that is the whole replaces. #}
{% test staged_completely(model, raw, key, replaces_by) %}
with delivered as (
    select raw.*, deliveries.profile_name, deliveries.delivery_mode, deliveries.delivery_rank
    from {{ raw }} as raw
    inner join {{ ref("stg_ingestion__deliveries") }} as deliveries on raw._load_id = deliveries.load_id
),

held as (
    select distinct profile_name, delivery_rank{% for column in replaces_by %}, {{ column }}{% endfor %}
    from delivered
    where delivery_mode = 'full'
),

standing as (
    select {{ key | join(", ") }}, delivery_rank, max(_load_id) as _load_id
    from delivered
    where not exists (
        select 1 from held as later
        where later.profile_name = delivered.profile_name and later.delivery_rank > delivered.delivery_rank
        {% for column in replaces_by %} and later.{{ column }} = delivered.{{ column }}{% endfor %}
    )
    group by {{ key | join(", ") }}, delivery_rank
),

latest as (
    select {{ key | join(", ") }}, max(delivery_rank) as delivery_rank from standing group by {{ key | join(", ") }}
),

expected as (
    select standing._load_id, count(*) as row_count
    from standing
    inner join latest
        on standing.delivery_rank = latest.delivery_rank
        {% for column in key %}and standing.{{ column }} = latest.{{ column }} {% endfor %}
    group by standing._load_id
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
