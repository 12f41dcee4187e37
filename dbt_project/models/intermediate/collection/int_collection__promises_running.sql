-- Documents with a promise to pay that still runs, and its day.
-- Grain: one row per as_of_date, company_code and document_no.
select
    dates.as_of_date,
    promises.company_code,
    promises.document_no,
    documents.customer_id,
    max(promises.promised_date) as promised_date
from {{ ref("int_dates__reporting") }} as dates
inner join {{ ref("stg_crm__promises_to_pay") }} as promises
    on promises.promised_on <= dates.as_of_date and promises.promised_date >= dates.as_of_date
inner join {{ ref("int_ledger__documents_valued") }} as documents
    on promises.company_code = documents.company_code and promises.document_no = documents.document_no
group by dates.as_of_date, promises.company_code, promises.document_no, documents.customer_id
