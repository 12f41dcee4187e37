{# Documents whose instalments do not sum to them to the cent (SEMANTICS 1). #}
{% test instalments_sum_to_document(model) %}
select documents.company_code, documents.document_no, documents.amount, sum(instalments.instalment_amount) as instalment_total
from {{ ref("int_ledger__documents_valued") }} as documents
left join {{ model }} as instalments
    on documents.company_code = instalments.company_code and documents.document_no = instalments.document_no
group by documents.company_code, documents.document_no, documents.amount
having sum(instalments.instalment_amount) is null or sum(instalments.instalment_amount) <> documents.amount
{% endtest %}
