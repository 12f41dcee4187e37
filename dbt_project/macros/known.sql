{# Rows of a raw table as they were known through the refresh's load `known_through`.

   `delta` tables: the latest row of each key. `full` tables: the rows of the latest load of each company (or other
   `replaces_by` column); without one, of the latest load. #}
{% macro known_delta(raw, key) -%}
    select *
    from (
        select
            raw.*,
            row_number() over (
                partition by {% for column in key %}raw.{{ column }}{{ ", " if not loop.last }}{% endfor %}
                order by raw._load_id desc
            ) as recency
        from {{ raw }} as raw
        where {{ is_known("raw") }}
    ) as ranked
    where recency = 1
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
