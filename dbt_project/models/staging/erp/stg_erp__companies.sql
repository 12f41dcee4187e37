-- Legal entities that sell on credit, as known at the refresh.
-- Grain: one row per company.
with known as (
    {{ known_full(source("erp", "companies"), ["company_code"], ["company_code"]) }}
)

select
    company_code,
    company_name,
    base_currency_code,
    benchmark_code,
    _load_id as load_id,
    _line_number as line_number
from known
