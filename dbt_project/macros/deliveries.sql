{# Rows of a raw table as they were known through the refresh's load `known_through`. What is current is what was delivered last
   (stg_ingestion__deliveries).

   `delta` tables: the latest row of each key, which stands once in a load (the loader sees to it), among what no later delivery of the
   same sender replaces that is the whole by its profile. `full` tables: what a sender's latest
   delivery of a company (or other `replaces_by` columns; without any, of the table) holds. Of a key that stands in several of its files,
   or was delivered by several senders, the row that was delivered last. #}
{% macro known_delta(raw, key) -%}
    {%- set within = ["company_code"] if "company_code" in key else [] -%}
    select raw.*
    from {{ raw }} as raw
    inner join {{ ref("stg_ingestion__deliveries") }} as deliveries on raw._load_id = deliveries.load_id
    left join (
        -- Only what is delivered after the first load can take the place of another row: the rest needs no looking up.
        select raw.{{ key | join(", raw.") }}, max(deliveries.delivery_rank) as latest_rank
        from {{ raw }} as raw
        inner join {{ ref("stg_ingestion__deliveries") }} as deliveries on raw._load_id = deliveries.load_id
        {{ left_join_whole(raw, within) }}
        where deliveries.table_delivery_number > 1 and {{ stands_beside_whole() }}
        group by raw.{{ key | join(", raw.") }}
    ) as later
        on {% for column in key %}raw.{{ column }} = later.{{ column }}{{ " and " if not loop.last }}{% endfor %}
    {{ left_join_whole(raw, within) }}
    where (later.latest_rank is null or deliveries.delivery_rank = later.latest_rank) and {{ stands_beside_whole() }}
{%- endmacro %}

{# Joins, as `whole`, the last delivery of a row's sender (and company) that its profile says is the whole of what there is: of rows
   delivered before it none stands. #}
{% macro left_join_whole(raw, within) -%}
    left join (
        select deliveries.profile_name{% for column in within %}, held.{{ column }}{% endfor %}, max(deliveries.delivery_rank) as whole_rank
        from {{ raw }} as held
        inner join {{ ref("stg_ingestion__deliveries") }} as deliveries on held._load_id = deliveries.load_id
        where deliveries.delivery_mode = 'full'
        group by deliveries.profile_name{% for column in within %}, held.{{ column }}{% endfor %}
    ) as whole
        on deliveries.profile_name = whole.profile_name
        {% for column in within %}and raw.{{ column }} = whole.{{ column }}{% endfor %}
{%- endmacro %}

{% macro stands_beside_whole() -%}
    (whole.whole_rank is null or deliveries.delivery_rank >= whole.whole_rank)
{%- endmacro %}

{% macro known_full(raw, key, replaces_by=[]) -%}
    select *
    from (
        select
            raw.*,
            row_number() over (
                partition by {% for column in key %}raw.{{ column }}{{ ", " if not loop.last }}{% endfor %}
                order by standing.delivery_rank desc, raw._load_id desc
            ) as key_position
        from {{ raw }} as raw
        inner join ({{ standing_loads(raw, replaces_by) }}) as standing
            on raw._load_id = standing.load_id
            {% for column in replaces_by %}and raw.{{ column }} = standing.{{ column }}{% endfor %}
    ) as delivered
    where key_position = 1
{%- endmacro %}

{# Loads that a sender's latest delivery of a company consists of, one row per load and company. #}
{% macro standing_loads(raw, replaces_by) -%}
    select *
    from (
        select
            deliveries.load_id,
            deliveries.delivery_rank,
            {% for column in replaces_by %}held.{{ column }},{% endfor %}
            max(deliveries.delivery_rank) over (
                partition by deliveries.profile_name{% for column in replaces_by %}, held.{{ column }}{% endfor %}
            ) as latest_rank
        from {{ ref("stg_ingestion__deliveries") }} as deliveries
        inner join (select distinct _load_id{% for column in replaces_by %}, {{ column }}{% endfor %} from {{ raw }}) as held
            on deliveries.load_id = held._load_id
    ) as ranked
    where delivery_rank = latest_rank
{%- endmacro %}

{# Loads that the refresh knows, with the place of the first delivery that each is a part of, and whether all of those came late. #}
{% macro loads_in_order() -%}
    select load_id, min(delivery_rank) as delivery_rank, min(case when is_late then 1 else 0 end) = 1 as is_late
    from {{ ref("stg_ingestion__deliveries") }}
    group by load_id
{%- endmacro %}
