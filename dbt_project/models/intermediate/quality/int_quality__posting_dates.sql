-- The first reporting date on which each posting day counts.
-- Grain: one row per accounting_date on or before the as-of date.
with days as (
    select accounting_date from {{ ref("int_ledger__documents_valued") }}
    union
    select effective_date from {{ ref("int_ledger__transfers") }}
)

select days.accounting_date, min(dates.as_of_date) as as_of_date
from days
inner join {{ ref("int_dates__reporting") }} as dates on days.accounting_date <= dates.as_of_date
group by days.accounting_date
