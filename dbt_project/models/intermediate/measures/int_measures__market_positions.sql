-- Where a company stands in its industry: the percent of the others that had less revenue in the same period, by what was public then.
-- Grain: one row per as_of_date, customer_id and period_end.
--
-- Only statements of one period are compared, and only of periods that somebody's latest statement is of.
with publications as (
    {{ publications(ref("stg_bureau__financial_statements"), ["unified_social_credit_code", "period_end"]) }}
),

periods as (
    select distinct as_of_date, statement_period_end as period_end from {{ ref("int_measures__statements") }}
),

ranked as (
    select
        periods.as_of_date,
        customers.customer_id,
        periods.period_end,
        count(*) over (partition by periods.as_of_date, customers.industry_code, periods.period_end) as company_count,
        percent_rank() over (
            partition by periods.as_of_date, customers.industry_code, periods.period_end order by publications.revenue_amount
        ) as revenue_rank
    from periods
    inner join publications
        on periods.period_end = publications.period_end
        and {{ public_on("periods.as_of_date") }}
    inner join {{ ref("int_customers__unified") }} as customers
        on publications.unified_social_credit_code = customers.unified_social_credit_code
    where customers.industry_code is not null and publications.revenue_amount is not null
)

select
    ranked.as_of_date,
    ranked.customer_id,
    ranked.period_end,
    cast(100 * ranked.revenue_rank as decimal(24, 6)) as market_position_pct
from ranked
inner join {{ ref("int_measures__parameters") }} as parameters on ranked.as_of_date = parameters.as_of_date
where ranked.company_count >= parameters.market_position_companies
