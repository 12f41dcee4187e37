-- DSO by count-back: whole newest months of sales taken off the closing balance, then the part of the month that remains.
-- Grain: one row per as_of_date, level and level_key whose count-back ends inside the known sales.
--
-- With cumulative sales C, the balance AR reaches back to the month m with C(m-1) <= C(as of) - AR < C(m): the days after m
-- count in full, and of m the share (C(m) - (C(as of) - AR)) / sales(m). It needs every month to have sales of zero or more.
with sales as (
    select
        *,
        sales_through_month - sales_base_amount as sales_before_month
    from {{ ref("int_receivables__sales_grouped") }}
),

not_negative as (
    select level, level_key from sales group by level, level_key having min(sales_base_amount) >= 0
),

targets as (
    select
        bases.as_of_date,
        bases.level,
        bases.level_key,
        max(sales.sales_through_month) - max(bases.closing_base_amount) as sales_before_balance
    from {{ ref("int_receivables__turnover_bases") }} as bases
    inner join not_negative on bases.level = not_negative.level and bases.level_key = not_negative.level_key
    inner join sales
        on bases.level = sales.level and bases.level_key = sales.level_key and bases.as_of_date >= sales.month_start
    where bases.closing_base_amount > 0 and not bases.has_mixed_base_currencies
    group by bases.as_of_date, bases.level, bases.level_key
)

select
    targets.as_of_date,
    targets.level,
    targets.level_key,
    cast(
        {{ dbt.datediff("sales.last_day", "targets.as_of_date", "day") }}
        + cast(sales.sales_through_month - targets.sales_before_balance as double) / sales.sales_base_amount * sales.day_count
        as decimal(24, 6)
    ) as dso_countback
from targets
inner join sales
    on targets.level = sales.level
    and targets.level_key = sales.level_key
    and targets.sales_before_balance >= sales.sales_before_month
    and targets.sales_before_balance < sales.sales_through_month
