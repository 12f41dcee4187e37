-- Sales orders, as known at the refresh.
-- Grain: one row per company and order.
with known as (
    {{ known_delta(source("erp", "orders"), ["company_code", "order_no"]) }}
)

select
    company_code,
    order_no,
    customer_code,
    order_date,
    requested_delivery_date,
    currency_code,
    order_amount,
    fx_rate,
    delivered_on,
    delivered_amount,
    closed_on,
    _load_id as load_id,
    _line_number as line_number
from known
