-- Orders that count on each reporting date: what of them is open within the horizon, and what is delivered but not billed.
-- Grain: one row per as_of_date, company_code and order_no.
--
-- An amount stands in one place only: it leaves open when it is delivered or billed, and leaves delivered when it is billed.
with policies as (
    select dates.as_of_date, exposure.*
    from {{ ref("int_dates__reporting") }} as dates
    {{ join_policy_in_force("dates", "exposure") }}
    inner join {{ ref("policy_exposure") }} as exposure on in_force.policy_version = exposure.policy_version
),

billed as (
    select company_code, order_no, {{ known_sum("billed_amount") }} as billed_amount, max(accounting_date) as billed_on
    from {{ ref("int_exposure__orders_billed") }}
    group by company_code, order_no
),

orders as (
    select
        orders.company_code,
        orders.order_no,
        matched.customer_id,
        orders.order_date,
        coalesce(orders.requested_delivery_date, orders.order_date) as delivery_date,
        orders.order_amount,
        orders.delivered_on,
        case when orders.delivered_on is not null then coalesce(orders.delivered_amount, orders.order_amount) end as delivered_amount,
        orders.closed_on,
        base_currencies.base_currency_code,
        {{ rate_stated_or_of_day("orders") }} as fx_rate,
        -- From here on nothing of the order is open or unbilled.
        case
            when billed.billed_amount >= orders.order_amount then billed.billed_on
            when billed.billed_amount >= orders.delivered_amount and orders.closed_on is not null then greatest(billed.billed_on, orders.closed_on)
            when orders.delivered_on is null and billed.order_no is null then orders.closed_on
        end as done_on
    from {{ ref("stg_erp__orders") }} as orders
    inner join {{ ref("int_identity__matched") }} as matched
        on matched.source_system = 'erp'
        and orders.company_code = matched.company_code
        and orders.customer_code = matched.source_record
    inner join {{ ref("int_currencies__base") }} as base_currencies on orders.company_code = base_currencies.company_code
    left join billed on orders.company_code = billed.company_code and orders.order_no = billed.order_no
    {{ left_join_rate_of_day("orders", "order_date") }}
),

standing as (
    select
        policies.as_of_date,
        policies.order_horizon_days,
        {{ dbt.dateadd("day", "-policies.order_lapse_days", "policies.as_of_date") }} as lapsed_through,
        orders.*,
        case when orders.delivered_on <= policies.as_of_date then orders.delivered_amount else 0 end as delivered_by_then
    from policies
    inner join orders
        on orders.order_date <= policies.as_of_date
        and (orders.done_on is null or orders.done_on > policies.as_of_date)
),

-- What credit notes took back until the order was closed, or so long ago that an order would have lapsed, came back for good: of what
-- was delivered, the most that was billed before stays billed.
billed_by_then as (
    select
        standing.as_of_date,
        standing.company_code,
        standing.order_no,
        {{ known_sum("billed.billed_amount") }} as billed_amount,
        max(case
            when
                billed.accounting_date <= standing.lapsed_through
                or (standing.closed_on <= standing.as_of_date and billed.accounting_date <= standing.closed_on)
                then billed.most_billed_before_amount
        end) as returned_from_amount
    from standing
    inner join {{ ref("int_exposure__orders_billed") }} as billed
        on standing.company_code = billed.company_code
        and standing.order_no = billed.order_no
        and billed.accounting_date <= standing.as_of_date
    group by standing.as_of_date, standing.company_code, standing.order_no
),

-- Nothing billed is known to be 0; a bill without a rate is not.
compared as (
    select
        standing.*,
        case when billed.order_no is null then 0 else {{ greater_of("billed.billed_amount", "0") }} end as billed_amount,
        coalesce(billed.returned_from_amount, 0) as returned_from_amount
    from standing
    left join billed_by_then as billed
        on standing.as_of_date = billed.as_of_date
        and standing.company_code = billed.company_code
        and standing.order_no = billed.order_no
),

split as (
    select
        *,
        {{ greater_of("delivered_by_then - " ~ greater_of("billed_amount", "returned_from_amount"), "0") }} as not_billed_amount,
        case
            when closed_on <= as_of_date then 0
            when delivery_date > {{ dbt.dateadd("day", "order_horizon_days", "as_of_date") }} then 0
            when delivered_by_then = 0 and billed_amount = 0 and delivery_date <= lapsed_through then 0
            else {{ greater_of("order_amount - " ~ greater_of("delivered_by_then", "billed_amount"), "0") }}
        end as open_amount
    from compared
)

select
    as_of_date,
    company_code,
    order_no,
    customer_id,
    delivery_date,
    base_currency_code,
    -- Nothing is nothing in any currency.
    case when not_billed_amount = 0 then 0 else {{ base_amount("not_billed_amount", "fx_rate") }} end as not_billed_base_amount,
    case when open_amount = 0 then 0 else {{ base_amount("open_amount", "fx_rate") }} end as open_order_base_amount
from split
where not (not_billed_amount = 0 and open_amount = 0) or not_billed_amount is null or open_amount is null
