-- Rows that were set aside, when they landed or because of what other rows say; what became of them, and what somebody decided.
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
),

landed as (
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
)

select
    coalesce(landed.load_id, misfits.load_id) as load_id,
    coalesce(landed.line_number, misfits.line_number) as line_number,
    coalesce(landed.table_name, misfits.table_name) as table_name,
    coalesce(landed.file_name, loads.file_name) as file_name,
    coalesce(landed.file_sha256, loads.file_sha256) as file_sha256,
    case when misfits.load_id is null then landed.column_names else coalesce(landed.column_names || ', ', '') || 'row' end as column_names,
    case
        when misfits.load_id is null then landed.reasons
        else coalesce(landed.reasons || '; ', '') || misfits.company_code || ' ' || misfits.record_id || ': ' || misfits.problem
    end as reasons,
    coalesce(misfits.amount, landed.amount) as amount,
    coalesce(misfits.currency_code, landed.currency_code) as currency_code,
    coalesce(landed.is_row_loaded, false) and misfits.load_id is null as is_row_loaded,
    case when misfits.load_id is null then 'contract' else 'ledger' end as set_aside_by,
    case when misfits.load_id is null then landed.status_code else 'open' end as status_code,
    landed.mended_by_load_id,
    landed.corrected_values,
    landed.decided_by,
    landed.approver,
    landed.decided_on,
    landed.decision_reason
from landed
full outer join {{ ref("int_quality__rows_set_aside") }} as misfits
    on landed.load_id = misfits.load_id and landed.line_number = misfits.line_number
left join {{ ref("stg_ingestion__loads") }} as loads on misfits.load_id = loads.load_id
