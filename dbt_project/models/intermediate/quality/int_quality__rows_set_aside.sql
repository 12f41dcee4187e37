-- Rows that were read and do not count, because they do not fit what other rows say: what is wrong, and the amount at stake.
-- Grain: one row per load_id and line_number.
select
    'erp.applications' as table_name,
    company_code,
    application_no as record_id,
    debit_document_no as document_no,
    problem,
    applied_amount as amount,
    currency_code,
    load_id,
    line_number
from {{ ref("int_ledger__applications_judged") }}
where problem is not null
union all
select
    'erp.instalments',
    company_code,
    document_no || '/' || cast(instalment_no as varchar),
    document_no,
    problem,
    amount,
    currency_code,
    load_id,
    line_number
from {{ ref("int_ledger__instalments_judged") }}
where problem is not null
