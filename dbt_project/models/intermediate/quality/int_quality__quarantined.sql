-- Rows that were set aside, whether the refresh knows a later load that mends them, and what somebody decided about them.
-- Grain: one row per load_id and line_number.
with decided as (
    select
        table_name,
        file_sha256,
        line_number,
        {{ dbt.listagg("case decision when 'correct' then column_name || '=' || coalesce(corrected_value, '') end", "', '", "order by column_name") }} as corrected_values,
        max(decision) as decision,
        max(decided_by) as decided_by,
        max(approver) as approver,
        max(decided_on) as decided_on,
        max(reason) as decision_reason
    from {{ ref("row_corrections") }}
    group by table_name, file_sha256, line_number
),

set_aside as (
    -- A file that was loaded again sets the same lines aside once more: they count once, with the last load.
    select
        quarantined.*,
        lead(quarantined.load_id) over (
            partition by quarantined.table_name, quarantined.file_sha256, quarantined.line_number, loads.profile_name, loads.mapping_number
            order by quarantined.load_id
        ) is not null as is_repeated
    from {{ ref("stg_ingestion__quarantined_rows") }} as quarantined
    left join {{ ref("stg_ingestion__loads") }} as loads on quarantined.load_id = loads.load_id
)

select
    quarantined.load_id,
    quarantined.line_number,
    quarantined.table_name,
    quarantined.file_name,
    quarantined.file_sha256,
    quarantined.column_names,
    quarantined.reasons,
    quarantined.amount,
    quarantined.currency_code,
    quarantined.is_row_loaded,
    case
        when quarantined.mended_by_load_id <= refresh.known_through then 'mended'
        when decided.decision = 'correct' then 'corrected'
        when decided.decision = 'dismiss' then 'dismissed'
        when quarantined.is_repeated then 'repeated'
        else 'open'
    end as status_code,
    case when quarantined.mended_by_load_id <= refresh.known_through then quarantined.mended_by_load_id end as mended_by_load_id,
    decided.corrected_values,
    decided.decided_by,
    decided.approver,
    decided.decided_on,
    decided.decision_reason
from set_aside as quarantined
cross join {{ ref("stg_ingestion__refresh") }} as refresh
left join decided
    on quarantined.table_name = decided.table_name and quarantined.file_sha256 = decided.file_sha256
    and quarantined.line_number = decided.line_number
