-- Orders with the customer who placed them, in the base currency of the company's books.
-- Grain: one row per company_code and order_no of a known customer.
select
    orders.company_code,
    orders.order_no,
    matched.customer_id,
    orders.order_date,
    orders.order_amount,
    orders.currency_code,
    companies.base_currency_code,
    {{ base_amount(
        "orders.order_amount",
        "case when orders.currency_code = companies.base_currency_code then 1 else coalesce(orders.fx_rate, rates.fx_rate) end"
    ) }} as order_base_amount,
    orders.load_id,
    orders.line_number
from {{ ref("stg_erp__orders") }} as orders
inner join {{ ref("int_identity__matched") }} as matched
    on matched.source_system = 'erp'
    and orders.company_code = matched.company_code
    and orders.customer_code = matched.source_record
inner join {{ ref("int_currencies__base") }} as companies on orders.company_code = companies.company_code
left join {{ ref("int_currencies__rate_periods") }} as rates
    on orders.fx_rate is null
    and orders.currency_code = rates.currency_code
    and companies.base_currency_code = rates.base_currency_code
    and orders.order_date >= rates.valid_from
    and (rates.valid_before is null or orders.order_date < rates.valid_before)
