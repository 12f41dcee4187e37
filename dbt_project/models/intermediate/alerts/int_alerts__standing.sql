-- How many alerts stand for each customer on each reporting date, its own and its group's, and the highest level among them; those that
-- only inform do not count.
-- Grain: one row per as_of_date and customer_id with an alert.
select
    raised.as_of_date,
    raised.customer_id,
    count(*) as alert_count,
    max(levels.level_order) as level_order,
    max_by(levels.level_code, levels.level_order) as highest_level_code
from {{ ref("int_alerts__raised_customers") }} as raised
inner join {{ ref("alert_levels") }} as levels on raised.level_code = levels.level_code
where not raised.is_informational
group by raised.as_of_date, raised.customer_id
