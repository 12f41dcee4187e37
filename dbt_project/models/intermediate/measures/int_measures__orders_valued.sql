-- Orders with the customer who placed them, in the base currency of the company's books.
-- Grain: one row per company_code and order_no of a known customer.
select
    orders.company_code,
    orders.order_no,
    matched.customer_id,
    orders.order_date,
    orders.order_amount,
    orders.currency_code,
    base_currencies.base_currency_code,
    {{ base_amount("orders.order_amount", rate_stated_or_of_day("orders")) }} as order_base_amount,
    orders.load_id,
    orders.line_number
from {{ ref("stg_erp__orders") }} as orders
inner join {{ ref("int_identity__matched") }} as matched
    on matched.source_system = 'erp'
    and orders.company_code = matched.company_code
    and orders.customer_code = matched.source_record
inner join {{ ref("int_currencies__base") }} as base_currencies on orders.company_code = base_currencies.company_code
{{ left_join_rate_of_day("orders", "order_date") }}
