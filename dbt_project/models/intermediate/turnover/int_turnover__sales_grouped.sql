-- Credit sales, net of credit notes, of each calendar month up to the as-of date, grouped as turnover shows them.
-- Grain: one row per level, level_key and month_start; amounts in base currency.
with postings as (
    select
        cast({{ dbt.date_trunc("month", "accounting_date") }} as date) as month_start,
        company_code,
        segment_code,
        salesperson_code,
        customer_id,
        base_currency_code,
        {{ base_amount("amount", "fx_rate") }} as base_amount
    from {{ ref("int_ledger__documents_valued") }}
    where document_type in ('invoice', 'debit_note', 'credit_note') and accounting_date <= {{ as_of_date() }}
),

grouped as (
    {% for level, column in turnover_levels().items() %}
    select
        '{{ level }}' as level,
        {{ column }} as level_key,
        month_start,
        -- What lacks a rate, or is in several base currencies, has no sum.
        case
            when count(base_amount) = count(*) and min(base_currency_code) = max(base_currency_code) then sum(base_amount)
        end as sales_base_amount,
        min(base_currency_code) as lowest_base_currency_code,
        max(base_currency_code) as highest_base_currency_code
    from postings
    group by {{ column }}, month_start
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

bounded as (
    select *, least(cast({{ month_end("month_start") }} as date), {{ as_of_date() }}) as last_day
    from grouped
)

select
    level,
    level_key,
    month_start,
    last_day,
    cast({{ dbt.datediff("month_start", "last_day", "day") }} + 1 as integer) as day_count,
    sales_base_amount,
    lowest_base_currency_code,
    highest_base_currency_code
from bounded
