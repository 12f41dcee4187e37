-- What each group of customers is like: how many it is, how long its slowest member is overdue, and by how much it is over its limits.
-- Grain: one row per as_of_date and group_id.
with overdue as (
    select
        grouped.as_of_date,
        grouped.group_id,
        count(*) as customer_count,
        -- Who has nothing open is not overdue.
        max(coalesce(overdue.longest_overdue_days, 0)) as longest_overdue_days
    from {{ ref("int_identity__grouped") }} as grouped
    left join {{ ref("int_measures__overdue") }} as overdue on {{ same_customer("grouped", "overdue") }}
    group by grouped.as_of_date, grouped.group_id
)

select
    overdue.as_of_date,
    overdue.group_id,
    overdue.customer_count as group_customer_count,
    overdue.longest_overdue_days as group_longest_overdue_days,
    exposures.over_limit_amount as group_over_limit_amount
from overdue
inner join {{ ref("int_exposure__groups") }} as exposures
    on overdue.as_of_date = exposures.as_of_date and overdue.group_id = exposures.group_id
