-- Who settles the debts of customers that others pay for: who pays for each, and each of them itself, as any delivery of the master said.
-- Grain: one row per company_code, customer_id and payer_id.
with accounts as (
    select company_code, customer_code, customer_id from {{ ref("int_identity__accounts_named") }}
),

named as (
    select versions.company_code, accounts.customer_id, payers.customer_id as payer_id
    from {{ ref("stg_erp__customer_versions") }} as versions
    inner join accounts on versions.company_code = accounts.company_code and versions.customer_code = accounts.customer_code
    inner join accounts as payers
        on versions.company_code = payers.company_code and versions.paying_customer_code = payers.customer_code
)

select company_code, customer_id, payer_id
from named
union
select company_code, customer_id, customer_id as payer_id
from named
union
select company_code, payer_id as customer_id, payer_id
from named
