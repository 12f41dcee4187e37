-- Loads that the refresh knows: files and their row counts.
-- Grain: one row per load.
with known as (
    select *
    from {{ source("ingestion", "loads") }} as loads
    where loads.load_id <= (select known_through from {{ ref("stg_ingestion__refresh") }})
)

select
    load_id,
    table_name,
    profile_name,
    mapping_number,
    file_name,
    file_sha256,
    line_count,
    delivered_row_count,
    loaded_row_count,
    quarantined_row_count,
    -- What landed before a release that notes it landed when it was loaded.
    coalesce(landed_at, loaded_at) as landed_at
from known
