-- Customers of the ledger on each reporting date: those with a document posted by then.
-- Grain: one row per as_of_date and customer_id.
with first_postings as (
    select customer_id, min(accounting_date) as first_accounting_date
    from {{ ref("int_receivables__documents_valued") }}
    group by customer_id
)

select dates.as_of_date, first_postings.customer_id, first_postings.first_accounting_date
from {{ ref("int_dates__reporting") }} as dates
inner join first_postings on first_postings.first_accounting_date <= dates.as_of_date
