{# Applications that name a document the ledger does not have, or move money between customers, currencies or companies. #}
{% test applications_reach_documents(model) %}
select applications.company_code, applications.application_no
from {{ ref("stg_erp__applications") }} as applications
left join {{ ref("int_receivables__documents_valued") }} as credit_documents
    on applications.company_code = credit_documents.company_code
    and applications.credit_document_no = credit_documents.document_no
left join {{ ref("int_receivables__documents_valued") }} as debit_documents
    on applications.company_code = debit_documents.company_code
    and applications.debit_document_no = debit_documents.document_no
left join (select company_code, application_no from {{ model }} where receipt_allocation = 'any') as dated
    on applications.company_code = dated.company_code and applications.application_no = dated.application_no
where dated.application_no is null
   or credit_documents.customer_id <> debit_documents.customer_id
   or credit_documents.currency_code <> debit_documents.currency_code
{% endtest %}
