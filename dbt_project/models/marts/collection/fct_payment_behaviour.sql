-- Payment habit of each customer with the distribution of days late behind it and its trend.
-- Grain: one row per as_of_date and customer_id.
select
    as_of_date,
    customer_id,
    habit_code,
    cast(payment_count as integer) as payment_count,
    cast(early_count as integer) as early_count,
    cast(on_day_count as integer) as on_day_count,
    cast(late_count as integer) as late_count,
    latest_days_late,
    average_days_late,
    weighted_days_late,
    days_late_spread,
    days_late_change,
    policy_version
from {{ ref("int_collection__habits") }}
