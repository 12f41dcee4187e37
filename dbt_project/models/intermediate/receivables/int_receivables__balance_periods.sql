-- Intervals in which the open balance of an instalment is constant and not zero. Everything as of a date is read from here.
-- Grain: one row per company, document, instalment and valid_from.
with movements as (
    select company_code, document_no, instalment_no, accounting_date as movement_date, instalment_amount as movement_amount
    from {{ ref("int_receivables__instalments_completed") }}
    union all
    select company_code, document_no, instalment_no, effective_date, movement_amount
    from {{ ref("int_receivables__applications_allocated") }}
),

daily as (
    select company_code, document_no, instalment_no, movement_date, sum(movement_amount) as movement_amount
    from movements
    group by company_code, document_no, instalment_no, movement_date
),

running as (
    select
        company_code,
        document_no,
        instalment_no,
        movement_date as valid_from,
        lead(movement_date) over (
            partition by company_code, document_no, instalment_no order by movement_date
        ) as valid_before,
        sum(movement_amount) over (
            partition by company_code, document_no, instalment_no order by movement_date
            rows between unbounded preceding and current row
        ) as open_amount
    from daily
)

select
    company_code,
    document_no,
    instalment_no,
    valid_from,
    valid_before,
    cast(open_amount as decimal(18, 2)) as open_amount
from running
where open_amount <> 0
