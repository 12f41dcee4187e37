-- Loads that the refresh knows: files and their row counts.
-- Grain: one row per load.
with known as (
    select *
    from {{ source("ingestion", "loads") }} as loads
    where {% if var("known_through") is none %}1 = 1{% else %}loads.load_id <= {{ var("known_through") | int }}{% endif %}
)

select
    load_id,
    table_name,
    profile_name,
    file_name,
    file_sha256,
    line_count,
    delivered_row_count,
    loaded_row_count,
    quarantined_row_count
from known
