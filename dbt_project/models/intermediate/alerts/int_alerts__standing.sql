-- How many alerts stand, and the highest level among them, for each customer on each reporting date.
-- Grain: one row per as_of_date and customer_id with an alert.
select
    evaluated.as_of_date,
    evaluated.customer_id,
    count(*) as alert_count,
    max(levels.level_order) as level_order,
    max_by(levels.level_code, levels.level_order) as highest_level_code
from {{ ref("int_alerts__evaluated") }} as evaluated
inner join {{ ref("alert_levels") }} as levels on evaluated.level_code = levels.level_code
where evaluated.status_code = 'raised'
group by evaluated.as_of_date, evaluated.customer_id
