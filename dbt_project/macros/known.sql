{# Rows of a raw table as they were known through the refresh's load `known_through`.

   `delta` tables: the latest row of each key, which stands once in a load (the loader sees to it). `full` tables: the rows of the
   latest load of each company (or other `replaces_by` column); without one, of the latest load. #}
{% macro known_delta(raw, key) -%}
    select raw.*
    from {{ raw }} as raw
    left join (
        -- Only what is delivered after the first load can take the place of another row: the rest needs no looking up.
        select {{ key | join(", ") }}, max(_load_id) as latest_load_id
        from {{ raw }} as raw
        where {{ is_known("raw") }} and _load_id > (select min(_load_id) from {{ raw }})
        group by {{ key | join(", ") }}
    ) as later
        on {% for column in key %}raw.{{ column }} = later.{{ column }}{{ " and " if not loop.last }}{% endfor %}
    where {{ is_known("raw") }} and (later.latest_load_id is null or raw._load_id = later.latest_load_id)
{%- endmacro %}

{% macro known_full(raw, replaces_by=none) -%}
    select *
    from (
        select
            raw.*,
            max(raw._load_id) over ({% if replaces_by %}partition by raw.{{ replaces_by }}{% endif %}) as latest_load_id
        from {{ raw }} as raw
        where {{ is_known("raw") }}
    ) as loaded
    where _load_id = latest_load_id
{%- endmacro %}

{% macro is_known(relation) -%}
    {{ relation }}._load_id <= (select known_through from {{ ref("stg_ingestion__refresh") }})
{%- endmacro %}
