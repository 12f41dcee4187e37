-- What the turnover figures are made of: opening and closing receivables, what is not due, and sales of the period.
-- Grain: one row per as_of_date, level and level_key; amounts in base currency.
with dates as (
    select * from {{ ref("int_dates__reporting") }}
),

-- A company's books begin with its own first posting; other groupings run over companies and begin with the earliest.
beginnings as (
    select 'company' as level, company_code as level_key, min(accounting_date) as first_accounting_date
    from {{ ref("int_ledger__documents_valued") }}
    group by company_code
),

earliest as (
    select min(first_accounting_date) as first_accounting_date from beginnings
),

posting_days as (
    select distinct company_code, accounting_date from {{ ref("int_ledger__documents_valued") }}
    union
    select 'all', accounting_date from {{ ref("int_ledger__documents_valued") }}
),

-- Who posted anything in the period: where nobody did, as after the last delivery, no sales say nothing of the trade.
posted as (
    select distinct dates.as_of_date, posting_days.company_code
    from dates
    inner join posting_days on posting_days.accounting_date > dates.opening_date and posting_days.accounting_date <= dates.as_of_date
),

period_sales as (
    select
        dates.as_of_date,
        sales.level,
        sales.level_key,
        case
            when count(sales.sales_base_amount) = count(*) and min(sales.lowest_base_currency_code) = max(sales.highest_base_currency_code)
                then sum(sales.sales_base_amount)
        end as sales_base_amount,
        min(sales.lowest_base_currency_code) as lowest_base_currency_code,
        max(sales.highest_base_currency_code) as highest_base_currency_code
    from dates
    inner join {{ ref("int_turnover__sales_grouped") }} as sales
        on dates.opening_date < sales.month_start and dates.as_of_date >= sales.month_start
    group by dates.as_of_date, sales.level, sales.level_key
),

subject_keys as (
    select dates.as_of_date, balances.level, balances.level_key
    from dates
    inner join {{ ref("int_aging__balances_grouped") }} as balances on dates.as_of_date = balances.balance_date
    union
    select dates.as_of_date, balances.level, balances.level_key
    from dates
    inner join {{ ref("int_aging__balances_grouped") }} as balances on dates.opening_date = balances.balance_date
    union
    select as_of_date, level, level_key from period_sales
),

subjects as (
    select subject_keys.*, coalesce(beginnings.first_accounting_date, earliest.first_accounting_date) as first_accounting_date
    from subject_keys
    cross join earliest
    left join beginnings on subject_keys.level = beginnings.level and subject_keys.level_key = beginnings.level_key
)

select
    subjects.as_of_date,
    subjects.level,
    subjects.level_key,
    dates.days_in_period,
    case
        when subjects.first_accounting_date > dates.opening_date then null
        when openings.level_key is null then 0
        else openings.outstanding_base_amount
    end as opening_base_amount,
    case when closings.level_key is null then 0 else closings.outstanding_base_amount end as closing_base_amount,
    case when closings.level_key is null then 0 else closings.not_due_base_amount end as not_due_base_amount,
    case when period_sales.level_key is null then 0 else period_sales.sales_base_amount end as sales_base_amount,
    subjects.first_accounting_date > dates.opening_date as is_opening_unknown,
    posted.company_code is not null as has_postings,
    least(
        openings.lowest_base_currency_code, closings.lowest_base_currency_code, period_sales.lowest_base_currency_code
    ) as lowest_base_currency_code,
    greatest(
        openings.highest_base_currency_code, closings.highest_base_currency_code, period_sales.highest_base_currency_code
    ) as highest_base_currency_code,
    coalesce(
        least(openings.lowest_base_currency_code, closings.lowest_base_currency_code, period_sales.lowest_base_currency_code)
        <> greatest(openings.highest_base_currency_code, closings.highest_base_currency_code, period_sales.highest_base_currency_code),
        false
    ) as has_mixed_base_currencies
from subjects
inner join dates on subjects.as_of_date = dates.as_of_date
left join {{ ref("int_aging__balances_grouped") }} as openings
    on dates.opening_date = openings.balance_date
    and subjects.level = openings.level
    and subjects.level_key = openings.level_key
left join {{ ref("int_aging__balances_grouped") }} as closings
    on dates.as_of_date = closings.balance_date
    and subjects.level = closings.level
    and subjects.level_key = closings.level_key
left join posted
    on subjects.as_of_date = posted.as_of_date and posted.company_code = case when subjects.level = 'company' then subjects.level_key else 'all' end
left join period_sales
    on subjects.as_of_date = period_sales.as_of_date
    and subjects.level = period_sales.level
    and subjects.level_key = period_sales.level_key
