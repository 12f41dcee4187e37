-- Disputes and guarantees known at the as-of date: what is contested or secured, and from when to when.
-- Grain: one row per claim_type and claim_id.
with refresh as (
    select {{ as_of_date() }} as as_of_date
)

select
    refresh.as_of_date,
    claims.claim_type,
    claims.claim_id,
    claims.company_code,
    claims.customer_id,
    claims.document_no,
    claims.instalment_no,
    claims.currency_code,
    claims.claimed_amount,
    claims.valid_from,
    case when claims.valid_before <= refresh.as_of_date then claims.valid_before end as valid_before,
    claims.load_id,
    claims.line_number
from {{ ref("int_aging__claim_periods") }} as claims
cross join refresh
where claims.valid_from <= refresh.as_of_date
