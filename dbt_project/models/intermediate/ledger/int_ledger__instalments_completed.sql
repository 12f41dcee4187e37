-- Instalments of every document: those delivered, or the whole document as its only one.
-- Grain: one row per company, document and instalment.
select
    documents.company_code,
    documents.document_no,
    coalesce(delivered.instalment_no, 1) as instalment_no,
    documents.document_type,
    documents.customer_id,
    documents.customer_code,
    documents.document_date,
    documents.accounting_date,
    -- A document without a due date ages from its own date.
    coalesce(delivered.due_date, documents.due_date, documents.document_date) as due_date,
    documents.currency_code,
    coalesce(delivered.amount, documents.amount) as instalment_amount,
    documents.base_currency_code,
    documents.fx_rate,
    documents.salesperson_code,
    documents.segment_code,
    documents.delivered_instalment_count as instalment_count
from {{ ref("int_ledger__documents_valued") }} as documents
left join {{ ref("int_ledger__instalments_judged") }} as delivered
    on documents.company_code = delivered.company_code
    and documents.document_no = delivered.document_no
    and delivered.problem is null
