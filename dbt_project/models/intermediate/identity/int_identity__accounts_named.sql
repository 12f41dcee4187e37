-- ERP numbers as every extract writes them, padded or not, with the customer and with the number under which the master has the account.
-- Grain: one row per company_code and customer_code.
with accounts as (
    select company_code, source_record as customer_code, {{ bare_number("source_record") }} as account_number, customer_id
    from {{ ref("int_identity__matched") }}
    where source_system = 'erp'
),

companies as (
    select distinct company_code from accounts
),

named as (
    select company_code, customer_code from {{ ref("stg_crm__guarantees") }}
    union
    select company_code, customer_code from {{ ref("stg_crm__credit_applications") }}
    union
    select company_code, customer_code from {{ ref("stg_erp__statement_confirmations") }}
    union
    select company_code, customer_code from {{ ref("stg_erp__repossessed_assets") }}
    union
    select company_code, paying_customer_code from {{ ref("stg_erp__customer_versions") }}
    where paying_customer_code is not null
    union
    -- A metric writes both in one.
    select companies.company_code, substr(metrics.subject, length(companies.company_code) + 2)
    from {{ ref("stg_any__metrics") }} as metrics
    inner join companies on substr(metrics.subject, 1, length(companies.company_code) + 1) = companies.company_code || '-'
),

-- As neither master nor ledger writes it: the customer of the number, unless a person said that its ways of writing are different ones.
written_otherwise as (
    select named.company_code, named.customer_code, accounts.account_number, min(accounts.customer_id) as customer_id
    from named
    inner join accounts
        on named.company_code = accounts.company_code and {{ bare_number("named.customer_code") }} = accounts.account_number
    left join accounts as same
        on named.company_code = same.company_code and named.customer_code = same.customer_code
    where same.customer_code is null
    group by named.company_code, named.customer_code, accounts.account_number
    having min(accounts.customer_id) = max(accounts.customer_id)
),

written as (
    select company_code, customer_code, account_number, customer_id from accounts
    union all
    select company_code, customer_code, account_number, customer_id from written_otherwise
),

-- The account's own row of the master, else that of the same number.
mastered as (
    select
        written.company_code,
        written.customer_code,
        masters.customer_code as master_code,
        row_number() over (
            partition by written.company_code, written.customer_code
            order by case when masters.customer_code = written.customer_code then 0 else 1 end, masters.customer_code
        ) as place
    from written
    inner join accounts as masters
        on written.company_code = masters.company_code
        and written.account_number = masters.account_number
        and written.customer_id = masters.customer_id
    inner join {{ ref("stg_erp__customers") }} as customers
        on masters.company_code = customers.company_code and masters.customer_code = customers.customer_code
)

select
    written.company_code,
    written.customer_code,
    written.account_number,
    written.customer_id,
    mastered.master_code
from written
left join mastered
    on written.company_code = mastered.company_code and written.customer_code = mastered.customer_code and mastered.place = 1
