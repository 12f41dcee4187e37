-- The last statement that each customer had sealed with each company by each reporting date.
-- Grain: one row per as_of_date, company_code and customer_id with a sealed statement.
select
    dates.as_of_date,
    confirmations.company_code,
    accounts.customer_id,
    max(confirmations.confirmed_on) as confirmed_on
from {{ ref("int_dates__reporting") }} as dates
inner join {{ ref("stg_erp__statement_confirmations") }} as confirmations on confirmations.confirmed_on <= dates.as_of_date
inner join {{ ref("int_identity__accounts_named") }} as accounts
    on confirmations.company_code = accounts.company_code and confirmations.customer_code = accounts.customer_code
group by dates.as_of_date, confirmations.company_code, accounts.customer_id
