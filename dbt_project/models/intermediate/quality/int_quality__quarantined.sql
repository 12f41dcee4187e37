-- Rows that were set aside, and whether the refresh knows a later load that mends them.
-- Grain: one row per load_id and line_number.
select
    quarantined.load_id,
    quarantined.line_number,
    quarantined.table_name,
    quarantined.file_name,
    quarantined.column_names,
    quarantined.reasons,
    quarantined.amount,
    quarantined.currency_code,
    case when quarantined.mended_by_load_id <= refresh.known_through then 'mended' else 'open' end as status_code,
    case when quarantined.mended_by_load_id <= refresh.known_through then quarantined.mended_by_load_id end as mended_by_load_id
from {{ ref("stg_ingestion__quarantined_rows") }} as quarantined
cross join {{ ref("stg_ingestion__refresh") }} as refresh
