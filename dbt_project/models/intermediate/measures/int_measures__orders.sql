-- How each customer's orders develop: the order window against the same window a year before, and the largest recent order
-- against the customer's usual one.
-- Grain: one row per as_of_date and customer_id with orders.
with orders as (
    select
        matched.customer_id,
        orders.order_date,
        {{ base_amount(
            "orders.order_amount",
            "case when orders.currency_code = companies.base_currency_code then 1 else coalesce(orders.fx_rate, rates.fx_rate) end"
        ) }} as order_base_amount
    from {{ ref("stg_erp__orders") }} as orders
    inner join {{ ref("int_customers__matched") }} as matched
        on matched.source_system = 'erp'
        and orders.company_code = matched.company_code
        and orders.customer_code = matched.source_record
    inner join {{ ref("int_receivables__base_currencies") }} as companies on orders.company_code = companies.company_code
    left join {{ ref("int_receivables__rate_periods") }} as rates
        on orders.fx_rate is null
        and orders.currency_code = rates.currency_code
        and companies.base_currency_code = rates.base_currency_code
        and orders.order_date >= rates.valid_from
        and (rates.valid_before is null or orders.order_date < rates.valid_before)
),

windows as (
    select
        *,
        {{ dbt.dateadd("day", "-order_window_days", "as_of_date") }} as current_after,
        {{ dbt.dateadd("day", "-order_comparison_offset_days", "as_of_date") }} as compared_to,
        {{ dbt.dateadd("day", "-(order_comparison_offset_days + order_window_days)", "as_of_date") }} as compared_after,
        {{ dbt.dateadd("day", "-recent_order_window_days", "as_of_date") }} as recent_after
    from {{ ref("int_measures__parameters") }}
),

summed as (
    select
        windows.as_of_date,
        orders.customer_id,
        {{ known_sum("orders.order_base_amount", "orders.order_date > windows.current_after") }} as current_amount,
        {{ known_sum("orders.order_base_amount", "orders.order_date <= windows.compared_to") }} as compared_amount,
        max(case when orders.order_date > windows.recent_after then orders.order_base_amount end) as largest_recent_amount,
        {{ known_sum("orders.order_base_amount", "orders.order_date <= windows.recent_after") }} as usual_amount,
        count(case when orders.order_date <= windows.recent_after then 1 end) as usual_count
    from windows
    inner join orders on orders.order_date <= windows.as_of_date and orders.order_date > windows.compared_after
    group by windows.as_of_date, orders.customer_id
)

select
    as_of_date,
    customer_id,
    {{ ratio("100 * (current_amount - compared_amount)", "compared_amount") }} as order_change_pct,
    {{ ratio("largest_recent_amount * usual_count", "usual_amount") }} as largest_order_ratio
from summed
