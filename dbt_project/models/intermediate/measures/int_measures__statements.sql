-- Ratios of the latest financial statement that was public on each reporting date.
-- Grain: one row per as_of_date and customer_id with a statement.
with publications as (
    {{ publications(ref("stg_bureau__financial_statements"), ["unified_social_credit_code"], then_by="period_end") }}
)

select
    dates.as_of_date,
    held.customer_id,
    publications.period_end as statement_period_end,
    publications.published_on as statement_published_on,
    publications.load_id as statement_load_id,
    publications.line_number as statement_line_number,
    {{ ratio("publications.current_assets_amount", "publications.current_liabilities_amount") }} as current_ratio,
    {{ ratio("100 * publications.total_liabilities_amount", "publications.total_assets_amount") }} as debt_to_asset_pct,
    {{ ratio("100 * publications.gross_profit_amount", "publications.revenue_amount") }} as gross_margin_pct,
    {{ ratio("100 * publications.net_profit_amount", "publications.revenue_amount") }} as net_margin_pct,
    {{ ratio("publications.revenue_amount", "publications.receivables_amount") }} as receivables_turnover_ratio,
    -- Against a loss the ratio says nothing: cash that flows in would look as bad as cash that flows out.
    case
        when publications.net_profit_amount > 0
            then {{ ratio("publications.operating_cash_flow_amount", "publications.net_profit_amount") }}
    end as cash_flow_to_profit_ratio
from {{ ref("int_dates__reporting") }} as dates
inner join publications
    on {{ public_on("dates.as_of_date") }}
inner join {{ ref("int_identity__codes_held") }} as held
    on publications.unified_social_credit_code = held.unified_social_credit_code and held.is_main
