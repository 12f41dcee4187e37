-- Exchange gains and losses realised between each reporting date and the month-end before it: settled x (settlement rate - document rate).
-- Grain: one row per as_of_date, company_code, customer_id and currency_code.
select
    dates.as_of_date,
    applications.company_code,
    documents.customer_id,
    documents.currency_code,
    -- A sum that lacks one application's rate would be wrong without saying so.
    case when count(applications.realised_fx_base_amount) = count(*) then sum(applications.realised_fx_base_amount) end as realised_fx_base_amount,
    count(*) as application_count
from {{ ref("int_ledger__applications_dated") }} as applications
inner join {{ ref("int_dates__reporting") }} as dates
    on applications.effective_date > dates.previous_date and applications.effective_date <= dates.as_of_date
inner join {{ ref("int_dates__receivables_policies") }} as policies
    on dates.as_of_date = policies.as_of_date and applications.receipt_allocation in ('any', policies.receipt_allocation)
inner join {{ ref("int_ledger__documents_valued") }} as documents
    on applications.company_code = documents.company_code and applications.debit_document_no = documents.document_no
where documents.currency_code <> documents.base_currency_code or applications.is_transfer
group by dates.as_of_date, applications.company_code, documents.customer_id, documents.currency_code
