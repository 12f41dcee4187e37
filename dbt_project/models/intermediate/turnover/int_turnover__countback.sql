-- DSO by count-back: whole newest months of sales taken off the closing balance, then the part of the month that remains.
-- Grain: one row per as_of_date, level and level_key whose closing balance is above zero.
--
-- With S(m) the sales from month m through the date, the balance AR reaches back to the newest month m with S(m) >= AR: the days after m
-- count in full, and of m the share (AR - S(m+1)) / sales(m). A month of net credits between them only makes S smaller, so the count goes
-- on past it. Nothing before m and nothing after the date is looked at.
with bases as (
    select * from {{ ref("int_turnover__bases") }}
    where closing_base_amount > 0 and not has_mixed_base_currencies
),

months as (
    select
        bases.as_of_date,
        bases.level,
        bases.level_key,
        bases.closing_base_amount,
        sales.last_day,
        sales.day_count,
        sales.sales_base_amount,
        sum(sales.sales_base_amount) over back as sales_since,
        count(*) over back - count(sales.sales_base_amount) over back as unknown_count,
        least(bases.lowest_base_currency_code, min(sales.lowest_base_currency_code) over back)
        <> greatest(bases.highest_base_currency_code, max(sales.highest_base_currency_code) over back) as is_mixed
    from bases
    inner join {{ ref("int_turnover__sales_grouped") }} as sales
        on bases.level = sales.level and bases.level_key = sales.level_key and bases.as_of_date >= sales.month_start
    window
        back as (
            partition by bases.as_of_date, bases.level, bases.level_key order by sales.month_start desc
            rows between unbounded preceding and current row
        )
),

-- The newest month that ends the count: the balance is used up, or what it is counted with is not known.
reached as (
    select *, row_number() over (partition by as_of_date, level, level_key order by last_day desc) as month_rank
    from months
    where sales_since >= closing_base_amount or unknown_count > 0 or is_mixed
),

counted as (
    select
        bases.as_of_date,
        bases.level,
        bases.level_key,
        case
            when reached.is_mixed then 'count-back meets companies with different base currencies'
            when reached.unknown_count > 0 then 'count-back meets sales without a rate into the base currency'
            when reached.level_key is null then 'all sales of the ledger are less than the closing balance, so count-back has no end'
        end as note,
        {{ dbt.datediff("reached.last_day", "bases.as_of_date", "day") }}
        + cast(reached.closing_base_amount - reached.sales_since + reached.sales_base_amount as double)
        / nullif(reached.sales_base_amount, 0) * reached.day_count as day_count
    from bases
    left join reached
        on bases.as_of_date = reached.as_of_date
        and bases.level = reached.level
        and bases.level_key = reached.level_key
        and reached.month_rank = 1
)

select
    as_of_date,
    level,
    level_key,
    case when note is null then cast(day_count as decimal(24, 6)) end as dso_countback,
    note
from counted
