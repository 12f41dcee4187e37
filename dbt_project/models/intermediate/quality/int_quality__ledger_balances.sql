-- What the postings alone say each customer owes: the sum of documents by accounting date, and of what moves between customers and currencies.
-- Grain: one row per as_of_date, company_code, customer_id and currency_code.
with posted as (
    select accounting_date, company_code, customer_id, currency_code, amount from {{ ref("int_ledger__documents_valued") }}
    union all
    select effective_date, company_code, customer_id, currency_code, transferred_amount from {{ ref("int_ledger__transfers") }}
),

monthly as (
    select dates.as_of_date, posted.company_code, posted.customer_id, posted.currency_code, sum(posted.amount) as posted_amount
    from posted
    inner join {{ ref("int_quality__posting_dates") }} as dates on posted.accounting_date = dates.accounting_date
    group by dates.as_of_date, posted.company_code, posted.customer_id, posted.currency_code
),

keys as (
    select distinct company_code, customer_id, currency_code from monthly
),

grid as (
    select dates.as_of_date, keys.company_code, keys.customer_id, keys.currency_code
    from keys
    cross join {{ ref("int_dates__reporting") }} as dates
)

select
    grid.as_of_date,
    grid.company_code,
    grid.customer_id,
    grid.currency_code,
    sum(coalesce(monthly.posted_amount, 0)) over (
        partition by grid.company_code, grid.customer_id, grid.currency_code order by grid.as_of_date
        rows between unbounded preceding and current row
    ) as balance_amount
from grid
left join monthly
    on grid.as_of_date = monthly.as_of_date
    and grid.company_code = monthly.company_code
    and grid.customer_id = monthly.customer_id
    and grid.currency_code = monthly.currency_code
