-- Disputes and guarantees as claims on what is open, with the interval in which each stands.
-- Grain: one row per claim_type and claim_id.
select
    'disputed' as claim_type,
    dispute_id as claim_id,
    company_code,
    document_no,
    instalment_no,
    cast(null as varchar) as customer_id,
    cast(null as varchar) as currency_code,
    disputed_amount as claimed_amount,
    opened_on as valid_from,
    resolved_on as valid_before,
    load_id,
    line_number
from {{ ref("stg_crm__disputes") }}
union all
select
    'secured' as claim_type,
    guarantees.guarantee_id as claim_id,
    guarantees.company_code,
    guarantees.document_no,
    null as instalment_no,
    accounts.customer_id,
    guarantees.currency_code,
    guarantees.secured_amount as claimed_amount,
    guarantees.valid_from,
    cast({{ dbt.dateadd("day", 1, "guarantees.valid_until") }} as date) as valid_before,
    guarantees.load_id,
    guarantees.line_number
from {{ ref("stg_crm__guarantees") }} as guarantees
inner join {{ ref("int_identity__accounts_named") }} as accounts
    on guarantees.company_code = accounts.company_code and guarantees.customer_code = accounts.customer_code
