-- Where each record of a customer besides the ledger's documents stands, and each balance of the general ledger: load and line of the file
-- that brought it, when it came to be, and the amount that it states.
-- Grain: one row per table_name and record_key.
{{ config(materialized="view") }}
select
    {{ as_of_date() }} as as_of_date, table_name, record_key, company_code, customer_id, recorded_on,
    cast(amount as decimal(18, 2)) as amount, currency_code, load_id, line_number
from {{ ref("int_lineage__record_lines") }}
where recorded_on <= {{ as_of_date() }}
