-- Applications, the sender's and those that policy makes, from the latest of their own day and both documents' accounting dates.
-- Grain: one row per receipt_allocation, company and application.
with applications as (
    select
        'any' as receipt_allocation,
        company_code,
        application_no,
        credit_document_no,
        debit_document_no,
        debit_instalment_no,
        application_date,
        applied_amount,
        credit_applied_amount,
        is_transfer,
        'delivered' as application_rule
    from {{ ref("int_ledger__applications_judged") }}
    where problem is null
    union all
    select
        receipt_allocation,
        company_code,
        application_no,
        credit_document_no,
        debit_document_no,
        null,
        application_date,
        applied_amount,
        applied_amount as credit_applied_amount,
        false,
        application_rule
    from {{ ref("int_ledger__receipts_allocated") }}
)

select
    applications.receipt_allocation,
    applications.company_code,
    applications.application_no,
    applications.application_rule,
    applications.credit_document_no,
    applications.debit_document_no,
    applications.debit_instalment_no,
    greatest(
        coalesce(applications.application_date, credit_documents.accounting_date),
        credit_documents.accounting_date,
        debit_documents.accounting_date
    ) as effective_date,
    applications.applied_amount,
    applications.credit_applied_amount,
    applications.is_transfer,
    -- settled x (settlement rate - document rate); between currencies what was used up less what was settled, each at its own rate.
    case
        when credit_documents.currency_code <> debit_documents.currency_code
            then
                {{ base_amount("applications.credit_applied_amount", "credit_documents.fx_rate") }}
                - {{ base_amount("applications.applied_amount", "debit_documents.fx_rate") }}
        else {{ base_amount("applications.applied_amount", "(credit_documents.fx_rate - debit_documents.fx_rate)") }}
    end as realised_fx_base_amount,
    credit_documents.document_type as credit_document_type,
    credit_documents.document_date as credit_document_date,
    credit_documents.delivered_instalment_count as credit_instalment_count,
    debit_documents.delivered_instalment_count as debit_instalment_count
from applications
inner join {{ ref("int_ledger__documents_valued") }} as credit_documents
    on applications.company_code = credit_documents.company_code
    and applications.credit_document_no = credit_documents.document_no
inner join {{ ref("int_ledger__documents_valued") }} as debit_documents
    on applications.company_code = debit_documents.company_code
    and applications.debit_document_no = debit_documents.document_no
