-- Customer numbers of the ERP, padded or not, with the account that was known first: by it a customer without a credit code is called.
-- Grain: one row per number_key.
with accounts as (
    select number_key, company_code, source_record, min(known_at) as known_at
    from {{ ref("int_customers__facts") }}
    where source_system = 'erp'
    group by number_key, company_code, source_record
),

ordered as (
    select *, row_number() over (partition by number_key order by known_at, company_code, source_record) as account_order
    from accounts
)

select
    number_key,
    company_code,
    source_record as first_record,
    {{ record_key("'erp'", "company_code", "source_record") }} as first_record_key,
    company_code || '-' || source_record as own_id,
    known_at
from ordered
where account_order = 1
