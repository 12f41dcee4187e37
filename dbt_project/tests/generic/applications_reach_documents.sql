{# Applications that name a document the ledger does not have, or move money between customers, currencies or companies. #}
{% test applications_reach_documents(model) %}
with documents as (select company_code, document_no, customer_id, currency_code from {{ ref("int_ledger__documents_valued") }})

select
    applications.company_code,
    applications.application_no,
    applications.credit_document_no,
    applications.debit_document_no,
    case
        when credit_documents.document_no is null and debit_documents.document_no is null then 'neither document was delivered'
        when credit_documents.document_no is null then 'credit document ' || applications.credit_document_no || ' was not delivered'
        when debit_documents.document_no is null then 'debit document ' || applications.debit_document_no || ' was not delivered'
        when credit_documents.customer_id <> debit_documents.customer_id
            then 'of customers ' || credit_documents.customer_id || ' and ' || debit_documents.customer_id
        when credit_documents.currency_code <> debit_documents.currency_code
            then 'in ' || credit_documents.currency_code || ' and ' || debit_documents.currency_code
        else 'has no effective date'
    end as problem,
    applications.load_id,
    applications.line_number
from {{ ref("stg_erp__applications") }} as applications
left join documents as credit_documents
    on applications.company_code = credit_documents.company_code
    and applications.credit_document_no = credit_documents.document_no
left join documents as debit_documents
    on applications.company_code = debit_documents.company_code
    and applications.debit_document_no = debit_documents.document_no
left join (select company_code, application_no from {{ model }} where receipt_allocation = 'any') as dated
    on applications.company_code = dated.company_code and applications.application_no = dated.application_no
where dated.application_no is null
   or credit_documents.customer_id <> debit_documents.customer_id
   or credit_documents.currency_code <> debit_documents.currency_code
{% endtest %}
