-- Amounts written off of instalments, with the day on which each counts, up to the as-of date.
-- Grain: one row per receipt_allocation, instalment_allocation, company, document, instalment and effective_date.
select
    receipt_allocation,
    instalment_allocation,
    company_code,
    document_no,
    instalment_no,
    effective_date,
    case when count(settled_base_amount) = count(*) then sum(settled_base_amount) end as written_off_base_amount
from {{ ref("int_payments__settlements") }}
where credit_document_type = 'write_off' and effective_date <= {{ as_of_date() }}
group by receipt_allocation, instalment_allocation, company_code, document_no, instalment_no, effective_date
