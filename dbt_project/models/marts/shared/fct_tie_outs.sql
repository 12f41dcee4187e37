-- Tie-outs: two independent ways to one figure and their difference, on every reporting date kept.
-- Grain: one row per as_of_date, tie_out_code and tie_out_key.
with customer_tie_outs as (
    select
        tie_out_code,
        as_of_date,
        company_code || '/' || currency_code as tie_out_key,
        sum(left_amount) as left_amount,
        sum(right_amount) as right_amount,
        -- Summed without sign, so that two customers' errors cannot cancel.
        sum(abs(left_amount - right_amount)) as difference_amount,
        count(case when left_amount <> right_amount then 1 end) as differing_count
    from {{ ref("int_quality__balances_compared") }}
    group by tie_out_code, as_of_date, company_code || '/' || currency_code
),

company_aging as (
    select as_of_date, company_code, currency_code, sum(outstanding_amount) as amount
    from {{ ref("fct_aging") }}
    group by as_of_date, company_code, currency_code
),

gl as (
    select dates.as_of_date, balances.company_code, balances.currency_code, sum(balances.balance_amount) as amount
    from {{ ref("int_dates__reporting") }} as dates
    inner join {{ ref("int_quality__gl_balances") }} as balances on dates.as_of_date = balances.balance_date
    group by dates.as_of_date, balances.company_code, balances.currency_code
),

gl_dates as (
    select distinct as_of_date, company_code from gl
),

gl_tie_outs as (
    select
        'aging_to_general_ledger' as tie_out_code,
        coalesce(company_aging.as_of_date, gl.as_of_date) as as_of_date,
        coalesce(company_aging.company_code, gl.company_code) || '/' || coalesce(company_aging.currency_code, gl.currency_code)
            as tie_out_key,
        coalesce(company_aging.amount, 0) as left_amount,
        case when gl_dates.company_code is not null then coalesce(gl.amount, 0) end as right_amount
    from company_aging
    full outer join gl
        on company_aging.as_of_date = gl.as_of_date
        and company_aging.company_code = gl.company_code
        and company_aging.currency_code = gl.currency_code
    left join gl_dates
        on coalesce(company_aging.as_of_date, gl.as_of_date) = gl_dates.as_of_date
        and coalesce(company_aging.company_code, gl.company_code) = gl_dates.company_code
),

row_tie_outs as (
    select
        'rows_landed' as tie_out_code,
        {{ as_of_date() }} as as_of_date,
        table_name as tie_out_key,
        delivered_row_count as left_amount,
        loaded_row_count + quarantined_row_count as right_amount
    from {{ ref("int_quality__source_counts") }}
    where is_delivered
),

all_tie_outs as (
    select tie_out_code, as_of_date, tie_out_key, left_amount, right_amount, difference_amount, differing_count from customer_tie_outs
    union all
    select
        tie_out_code, as_of_date, tie_out_key, left_amount, right_amount, abs(left_amount - right_amount),
        case when left_amount <> right_amount then 1 else 0 end
    from (select * from gl_tie_outs union all select * from row_tie_outs) as plain
)

select
    as_of_date,
    tie_out_code,
    tie_out_key,
    cast(left_amount as decimal(18, 2)) as left_amount,
    cast(right_amount as decimal(18, 2)) as right_amount,
    cast(difference_amount as decimal(18, 2)) as difference_amount,
    cast(differing_count as integer) as differing_count,
    case when right_amount is null then 'not_evaluable' when difference_amount = 0 then 'agrees' else 'differs' end as status_code
from all_tie_outs
