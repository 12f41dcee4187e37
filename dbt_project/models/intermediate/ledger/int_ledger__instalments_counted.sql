-- Instalments that count: those delivered that come to their document, else the parts of the term that it names.
-- Grain: one row per company, document and instalment.
select 'erp.instalments' as table_name, company_code, document_no, instalment_no, due_date, amount, load_id, line_number
from {{ ref("int_ledger__instalments_judged") }}
where problem is null
union all
select 'erp.payment_terms', company_code, document_no, instalment_no, due_date, instalment_amount, load_id, line_number
from {{ ref("int_ledger__instalments_agreed") }}
