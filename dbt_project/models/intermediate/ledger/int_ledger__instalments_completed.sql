-- Instalments of every document: those delivered or agreed, or the whole document as its only one.
-- Grain: one row per company, document and instalment.
select
    documents.company_code,
    documents.document_no,
    coalesce(counted.instalment_no, 1) as instalment_no,
    documents.document_type,
    documents.customer_id,
    documents.customer_code,
    documents.document_date,
    documents.accounting_date,
    -- A document without a due date ages from its own date.
    coalesce(counted.due_date, documents.due_date, documents.document_date) as due_date,
    documents.currency_code,
    coalesce(counted.amount, documents.amount) as instalment_amount,
    documents.base_currency_code,
    documents.fx_rate,
    documents.salesperson_code,
    documents.segment_code,
    documents.delivered_instalment_count as instalment_count
from {{ ref("int_ledger__documents_valued") }} as documents
left join {{ ref("int_ledger__instalments_counted") }} as counted
    on documents.company_code = counted.company_code
    and documents.document_no = counted.document_no
