-- Annual and interim statements of customers, as published, as known at the refresh.
-- Grain: one row per legal entity, period and publication.
with known as (
    {{ known_delta(source("bureau", "financial_statements"), ["unified_social_credit_code", "period_end", "published_on"]) }}
)

select
    unified_social_credit_code,
    period_end,
    published_on,
    revenue_amount,
    gross_profit_amount,
    net_profit_amount,
    operating_cash_flow_amount,
    total_assets_amount,
    total_liabilities_amount,
    current_assets_amount,
    current_liabilities_amount,
    receivables_amount,
    _load_id as load_id,
    _line_number as line_number
from known
