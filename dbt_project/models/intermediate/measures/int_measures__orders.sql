-- How each customer's orders develop: the order window against the same window a year before, and the largest recent order against
-- the largest since that window began.
-- Grain: one row per as_of_date and customer_id with orders.
--
-- A few small orders tell nothing: what is compared with must be of a minimum number and amount, else the figure is unknown. So it is of
-- orders with companies whose books are in different currencies.
with orders as (
    select * from {{ ref("int_measures__orders_valued") }}
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
        windows.minimum_order_count,
        windows.minimum_order_amount,
        {{ known_sum("orders.order_base_amount", "orders.order_date > windows.current_after") }} as current_amount,
        {{ known_sum("orders.order_base_amount", "orders.order_date <= windows.compared_to") }} as compared_amount,
        count(case when orders.order_date <= windows.compared_to then 1 end) as compared_count,
        max(case when orders.order_date > windows.recent_after then orders.order_base_amount end) as largest_recent_amount,
        max(case when orders.order_date <= windows.recent_after then orders.order_base_amount end) as largest_before_amount,
        count(case when orders.order_date <= windows.recent_after then 1 end) as before_count,
        count(case when orders.order_base_amount is null then 1 end) as unknown_count,
        coalesce(min(orders.base_currency_code) < max(orders.base_currency_code), false) as has_mixed_base_currencies
    from windows
    inner join orders on orders.order_date <= windows.as_of_date and orders.order_date > windows.compared_after
    group by windows.as_of_date, orders.customer_id, windows.minimum_order_count, windows.minimum_order_amount
)

select
    as_of_date,
    customer_id,
    case
        when not has_mixed_base_currencies and compared_count >= minimum_order_count and compared_amount >= minimum_order_amount
            then {{ ratio("100 * (current_amount - compared_amount)", "compared_amount") }}
    end as order_change_pct,
    case
        when not has_mixed_base_currencies and unknown_count = 0 and before_count >= minimum_order_count and largest_recent_amount >= minimum_order_amount
            then {{ ratio("largest_recent_amount", "largest_before_amount") }}
    end as largest_order_ratio
from summed
