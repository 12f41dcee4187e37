-- Closing balances of the general ledger's receivable control accounts, as known at the refresh.
-- Grain: one row per company, account, day and currency.
with known as (
    {{ known_delta(source("erp", "gl_balances"), ["company_code", "account_code", "balance_date", "currency_code"]) }}
)

select
    company_code,
    account_code,
    balance_date,
    currency_code,
    balance_amount,
    _load_id as load_id,
    _line_number as line_number
from known
