-- The load and line that brought each document, instalment and application that counts, with the amount that the line states.
-- Grain: one row per table_name, company_code, document_no and part_code.
{{ config(materialized="view") }}
select 'erp.documents' as table_name, company_code, document_no, 'document' as part_code, amount, load_id, line_number
from {{ ref("stg_erp__documents") }}
where accounting_date <= {{ as_of_date() }}
union all
select table_name, company_code, document_no, cast(instalment_no as varchar), amount, load_id, line_number
from {{ ref("int_ledger__instalments_counted") }}
union all
select 'erp.applications', company_code, debit_document_no, application_no, applied_amount, load_id, line_number
from {{ ref("int_ledger__applications_judged") }}
where problem is null
