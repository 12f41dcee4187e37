-- General ledger balances of the receivable control accounts of each company.
-- Grain: one row per company_code, balance_date and currency_code.
select company_code, balance_date, currency_code, sum(balance_amount) as balance_amount
from {{ ref("stg_erp__gl_balances") }}
group by company_code, balance_date, currency_code
