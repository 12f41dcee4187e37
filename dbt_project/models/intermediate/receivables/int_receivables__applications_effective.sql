-- Applications split into their two legs, each from the latest of the application's day and both documents' accounting dates.
-- Grain: one row per company, application and leg (the debit document settled, the credit document used up).
with effective as (
    select
        applications.company_code,
        applications.application_no,
        applications.applied_amount,
        applications.credit_document_no,
        applications.debit_document_no,
        applications.debit_instalment_no,
        credit_documents.document_type as credit_document_type,
        credit_documents.document_date as credit_document_date,
        greatest(
            applications.application_date, credit_documents.accounting_date, debit_documents.accounting_date
        ) as effective_date
    from {{ ref("stg_erp__applications") }} as applications
    inner join {{ ref("int_receivables__documents_valued") }} as credit_documents
        on applications.company_code = credit_documents.company_code
        and applications.credit_document_no = credit_documents.document_no
    inner join {{ ref("int_receivables__documents_valued") }} as debit_documents
        on applications.company_code = debit_documents.company_code
        and applications.debit_document_no = debit_documents.document_no
),

legs as (
    select
        company_code, application_no, 'debit' as leg, debit_document_no as document_no, debit_instalment_no as instalment_no,
        effective_date, -1 as direction, applied_amount, credit_document_type, credit_document_date
    from effective
    union all
    select
        company_code, application_no, 'credit', credit_document_no, null,
        effective_date, 1, applied_amount, credit_document_type, credit_document_date
    from effective
)

select
    legs.company_code,
    legs.application_no,
    legs.leg,
    legs.document_no,
    -- A named instalment that the document does not have is left to policy, and so is none where there are several.
    coalesce(named.instalment_no, only_one.instalment_no) as instalment_no,
    legs.effective_date,
    legs.direction * legs.applied_amount as movement_amount,
    legs.applied_amount as settling_amount,
    legs.credit_document_type,
    legs.credit_document_date
from legs
left join {{ ref("int_receivables__instalments_completed") }} as named
    on legs.company_code = named.company_code
    and legs.document_no = named.document_no
    and legs.instalment_no = named.instalment_no
left join {{ ref("int_receivables__instalments_completed") }} as only_one
    on legs.company_code = only_one.company_code
    and legs.document_no = only_one.document_no
    and only_one.instalment_count = 1
