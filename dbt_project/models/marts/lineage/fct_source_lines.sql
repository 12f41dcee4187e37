-- Where each document, instalment and application stands: the load and the line of the file that brought it, and the amount that it states.
-- Grain: one row per table_name, company_code, document_no and part_code.
{{ config(materialized="view") }}
select {{ as_of_date() }} as as_of_date, table_name, company_code, document_no, part_code, amount, load_id, line_number
from {{ ref("int_lineage__source_lines") }}
