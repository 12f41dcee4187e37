-- What guarantees and collateral cover of each open item, in document currency.
-- Grain: one row per as_of_date, company, document and instalment.
with claims as (
    select dates.balance_date as as_of_date, claims.*
    from {{ ref("int_receivables__claim_periods") }} as claims
    inner join {{ ref("int_dates__balance_dates") }} as dates
        on dates.balance_date >= claims.valid_from
        and (claims.valid_before is null or dates.balance_date < claims.valid_before)
    where claims.claim_type = 'secured'
),

claimed as (
    {{ claimed_amounts(ref("int_receivables__open_items"), "claims") }}
)

select as_of_date, company_code, document_no, instalment_no, claimed_amount as secured_amount
from claimed
