-- Rows that loads set aside, and rows that were loaded without values that could not be read, with all that is wrong with each, as known at the refresh.
-- Grain: one row per load_id and line_number.
with known as (
    select *
    from {{ source("ingestion", "quarantined_rows") }} as quarantined
    where quarantined.load_id <= (select known_through from {{ ref("stg_ingestion__refresh") }})
)

select
    load_id,
    line_number,
    table_name,
    file_name,
    file_sha256,
    {{ dbt.listagg("coalesce(column_name, 'row')", "', '", "order by column_name, reason") }} as column_names,
    {{ dbt.listagg("reason", "'; '", "order by column_name, reason") }} as reasons,
    max(amount) as amount,
    max(currency_code) as currency_code,
    max(mended_by_load_id) as mended_by_load_id,
    coalesce(bool_or(is_row_loaded), false) as is_row_loaded
from known
group by load_id, line_number, table_name, file_name, file_sha256
