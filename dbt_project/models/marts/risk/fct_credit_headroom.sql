-- Headroom of each customer week by week over the order horizon, as open orders fall due for delivery and nothing is paid meanwhile.
-- Grain: one row per as_of_date, customer_id and week_number.
with horizon as (
    select exposure.order_horizon_days, exposure.policy_version
    from {{ ref("policy_exposure") }} as exposure
    where exposure.policy_version = {{ policy_now("exposure") }}
),

weeks as (
    select numbers.number as week_number, horizon.policy_version
    from {{ numbers_to("(select ceil(cast(order_horizon_days as double) / " ~ days_of_a_week() ~ ") from horizon)") }} as numbers
    cross join horizon
),

deliveries as (
    select
        customer_id,
        greatest({{ dbt.datediff("as_of_date", "delivery_date", "day") }}, 0) as days_ahead,
        sum(open_order_base_amount) as open_order_base_amount
    from {{ ref("int_exposure__order_states") }}
    where as_of_date = {{ as_of_date() }} and open_order_base_amount > 0
    group by customer_id, greatest({{ dbt.datediff("as_of_date", "delivery_date", "day") }}, 0)
),

due as (
    select
        weeks.week_number,
        deliveries.customer_id,
        sum(deliveries.open_order_base_amount) as ordered_base_amount
    from weeks
    inner join deliveries on deliveries.days_ahead <= weeks.week_number * {{ days_of_a_week() }}
    group by weeks.week_number, deliveries.customer_id
)

select
    exposures.as_of_date,
    exposures.customer_id,
    cast(weeks.week_number as integer) as week_number,
    cast({{ dbt.dateadd("day", "weeks.week_number * " ~ days_of_a_week(), "exposures.as_of_date") }} as date) as week_end_date,
    cast(exposures.exposure_base_amount - exposures.open_order_base_amount + coalesce(due.ordered_base_amount, 0) as decimal(18, 2))
        as exposure_base_amount,
    exposures.credit_limit_amount,
    cast(
        exposures.credit_limit_amount - exposures.exposure_base_amount + exposures.open_order_base_amount - coalesce(due.ordered_base_amount, 0)
        as decimal(18, 2)
    ) as headroom_amount,
    weeks.policy_version
from {{ ref("int_exposure__customers") }} as exposures
cross join weeks
left join due on exposures.customer_id = due.customer_id and weeks.week_number = due.week_number
where exposures.as_of_date = {{ as_of_date() }} and exposures.credit_limit_amount is not null and exposures.exposure_base_amount is not null
