-- Debts that name a term of payment, no due date and no instalments, with the version of the term that held on the document's date.
-- Grain: one row per company and document.
with delivered as (
    select distinct company_code, document_no from {{ ref("int_ledger__instalments_judged") }} where problem is null
),

versions as (
    select distinct company_code, payment_terms_code, valid_from, valid_before from {{ ref("int_ledger__terms_dated") }}
)

select
    documents.company_code,
    documents.document_no,
    documents.document_date,
    documents.currency_code,
    documents.amount,
    documents.payment_terms_code,
    versions.valid_from,
    case
        when versions.valid_from is null
            then 'term ' || documents.payment_terms_code || ' was not delivered for its date, or does not come to the whole'
    end as problem,
    documents.load_id,
    documents.line_number
from {{ ref("stg_erp__documents") }} as documents
left join delivered on documents.company_code = delivered.company_code and documents.document_no = delivered.document_no
left join versions
    on documents.company_code = versions.company_code
    and documents.payment_terms_code = versions.payment_terms_code
    and documents.document_date >= versions.valid_from
    and documents.document_date < coalesce(versions.valid_before, {{ end_of_time() }})
where
    documents.payment_terms_code is not null
    and documents.due_date is null
    and documents.amount > 0
    and documents.document_type <> 'fx_revaluation'
    and delivered.document_no is null
