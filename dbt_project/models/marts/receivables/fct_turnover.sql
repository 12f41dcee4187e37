-- The turnover family (SEMANTICS 5) of each month to date, by company, segment, salesperson and customer.
-- Grain: one row per as_of_date, level and level_key.
with bases as (
    select
        as_of_date,
        level,
        level_key,
        days_in_period,
        is_opening_unknown,
        has_postings,
        has_mixed_base_currencies,
        cast(opening_base_amount as decimal(18, 2)) as opening_base_amount,
        cast(closing_base_amount as decimal(18, 2)) as closing_base_amount,
        cast(not_due_base_amount as decimal(18, 2)) as not_due_base_amount,
        cast(sales_base_amount as decimal(18, 2)) as sales_base_amount,
        case when not has_mixed_base_currencies and sales_base_amount > 0 then cast(sales_base_amount as decimal(18, 2)) end as usable_sales,
        -- Days of a balance in credit would be negative, and mean nothing.
        cast(case when closing_base_amount >= 0 then closing_base_amount end as decimal(18, 2)) as usable_closing,
        cast(case when opening_base_amount + closing_base_amount >= 0 then opening_base_amount + closing_base_amount end as decimal(18, 2))
            as usable_twice_average
    from {{ ref("int_turnover__bases") }}
),

figures as (
    select
        bases.*,
        benchmarks.policy_version,
        benchmarks.benchmark_code,
        benchmarks.benchmark_turnover_days,
        {{ ratio("bases.usable_closing * bases.days_in_period", "bases.usable_sales") }} as dso_simple,
        {{ ratio("bases.usable_twice_average * bases.days_in_period", "2 * bases.usable_sales") }} as dso_average,
        {{ ratio("bases.not_due_base_amount * bases.days_in_period", "bases.usable_sales") }} as best_possible_dso,
        {{ ratio(
            "100 * (bases.opening_base_amount + bases.usable_sales - bases.closing_base_amount)",
            "bases.opening_base_amount + bases.usable_sales - bases.not_due_base_amount"
        ) }} as collection_effectiveness_index,
        {{ ratio("2 * bases.usable_sales", "bases.usable_twice_average") }} as turnover_ratio
    from bases
    inner join {{ ref("int_turnover__benchmarks") }} as benchmarks
        on bases.as_of_date = benchmarks.as_of_date
        and benchmarks.company_code = case when bases.level = 'company' then bases.level_key else 'all' end
)

select
    figures.as_of_date,
    figures.level,
    figures.level_key,
    cast(figures.days_in_period as integer) as days_in_period,
    figures.opening_base_amount,
    figures.closing_base_amount,
    figures.not_due_base_amount,
    figures.sales_base_amount,
    figures.dso_simple,
    figures.dso_average,
    case
        when figures.has_mixed_base_currencies then null
        when figures.closing_base_amount = 0 then 0
        else countback.dso_countback
    end as dso_countback,
    figures.best_possible_dso,
    cast(figures.dso_simple - figures.best_possible_dso as decimal(24, 6)) as average_days_delinquent,
    figures.collection_effectiveness_index,
    figures.turnover_ratio,
    -- days / turnover_ratio, taken from the unrounded terms.
    case when figures.turnover_ratio is not null then figures.dso_average end as turnover_days,
    figures.benchmark_code,
    cast(figures.benchmark_turnover_days as decimal(9, 2)) as benchmark_turnover_days,
    case
        when figures.turnover_ratio is not null then cast(figures.dso_average - figures.benchmark_turnover_days as decimal(24, 6))
    end as turnover_days_over_benchmark,
    punctuality.weighted_days_late,
    punctuality.on_time_count_rate_pct,
    punctuality.on_time_amount_rate_pct,
    nullif(concat_ws(
        '; ',
        case when figures.has_mixed_base_currencies then 'companies with different base currencies' end,
        case
            when not figures.has_mixed_base_currencies and (
                figures.sales_base_amount is null or figures.closing_base_amount is null
                or (figures.opening_base_amount is null and not figures.is_opening_unknown)
            )
                then 'no rate into the base currency'
        end,
        case when figures.sales_base_amount = 0 then 'no sales in the period' end,
        case when not figures.has_postings then 'nothing was posted in the period' end,
        case when figures.sales_base_amount < 0 then 'credit notes exceed sales in the period' end,
        case when figures.is_opening_unknown then 'opening balance unknown' end,
        case when figures.closing_base_amount < 0 then 'closing balance in credit' end,
        case when figures.opening_base_amount + figures.closing_base_amount < 0 then 'average balance in credit' end,
        case when figures.opening_base_amount + figures.closing_base_amount = 0 then 'no average balance' end,
        case when figures.opening_base_amount + figures.usable_sales - figures.not_due_base_amount = 0 then 'nothing was there to collect' end,
        countback.note,
        case when punctuality.level_key is null then 'no payments in the period' end,
        punctuality.note
    ), '') as note,
    figures.policy_version
from figures
left join {{ ref("int_turnover__countback") }} as countback
    on figures.as_of_date = countback.as_of_date
    and figures.level = countback.level
    and figures.level_key = countback.level_key
left join {{ ref("int_payments__punctuality") }} as punctuality
    on figures.as_of_date = punctuality.as_of_date
    and figures.level = punctuality.level
    and figures.level_key = punctuality.level_key
