-- Rows that could not be used, and rows that count without values that could not be read: where each stands, what is wrong with it, the amount at stake, and what became of it.
-- Grain: one row per load_id and line_number.
select
    {{ as_of_date() }} as as_of_date,
    load_id,
    line_number,
    table_name,
    file_name,
    file_sha256,
    column_names,
    reasons,
    cast(amount as decimal(18, 2)) as amount,
    currency_code,
    is_row_loaded,
    set_aside_by,
    status_code,
    mended_by_load_id,
    corrected_values,
    decided_by,
    approver,
    decided_on,
    decision_reason
from {{ ref("int_quality__quarantined") }}
