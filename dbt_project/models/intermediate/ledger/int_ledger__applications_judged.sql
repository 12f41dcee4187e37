-- The sender's applications, with what each takes off both of its documents, and why it cannot count where it cannot.
-- Grain: one row per company and application.
with documents as (
    select company_code, document_no, customer_id, currency_code from {{ ref("int_ledger__documents_valued") }}
),

paired as (
    select
        applications.*,
        credit_documents.customer_id as credit_customer_id,
        credit_documents.currency_code as credit_currency_code,
        debit_documents.customer_id as debit_customer_id,
        debit_documents.currency_code as debit_currency_code
    from {{ ref("stg_erp__applications") }} as applications
    left join documents as credit_documents
        on applications.company_code = credit_documents.company_code
        and applications.credit_document_no = credit_documents.document_no
    left join documents as debit_documents
        on applications.company_code = debit_documents.company_code
        and applications.debit_document_no = debit_documents.document_no
),

of_one_payer as (
    select distinct paired.company_code, paired.application_no
    from paired
    inner join {{ ref("int_customers__payers") }} as of_credit
        on paired.company_code = of_credit.company_code and paired.credit_customer_id = of_credit.customer_id
    inner join {{ ref("int_customers__payers") }} as of_debit
        on paired.company_code = of_debit.company_code
        and paired.debit_customer_id = of_debit.customer_id
        and of_credit.payer_id = of_debit.payer_id
    where paired.credit_customer_id <> paired.debit_customer_id
),

judged as (
    select
        paired.*,
        case
            when paired.credit_customer_id is null and paired.debit_customer_id is null
                then 'neither document ' || paired.credit_document_no || ' nor ' || paired.debit_document_no || ' was delivered'
            when paired.credit_customer_id is null then 'credit document ' || paired.credit_document_no || ' was not delivered'
            when paired.debit_customer_id is null then 'debit document ' || paired.debit_document_no || ' was not delivered'
            when paired.credit_customer_id <> paired.debit_customer_id and of_one_payer.application_no is null
                then 'nobody pays for both ' || paired.credit_customer_id || ' and ' || paired.debit_customer_id
            when paired.credit_currency_code <> paired.debit_currency_code and paired.credit_applied_amount is null
                then 'settles ' || paired.debit_currency_code || ' with ' || paired.credit_currency_code || ' and does not say how much of it'
            when paired.credit_currency_code = paired.debit_currency_code and paired.credit_applied_amount <> paired.applied_amount
                then 'takes two amounts of ' || paired.debit_currency_code || ' off its documents'
            when sign(paired.credit_applied_amount) * sign(paired.applied_amount) < 0
                then 'settles one document and gives back to the other'
        end as problem
    from paired
    left join of_one_payer
        on paired.company_code = of_one_payer.company_code and paired.application_no = of_one_payer.application_no
)

select
    company_code,
    application_no,
    credit_document_no,
    debit_document_no,
    debit_instalment_no,
    application_date,
    applied_amount,
    coalesce(credit_applied_amount, applied_amount) as credit_applied_amount,
    coalesce(debit_currency_code, credit_currency_code) as currency_code,
    problem is null and (credit_customer_id <> debit_customer_id or credit_currency_code <> debit_currency_code) as is_transfer,
    problem,
    load_id,
    line_number
from judged
