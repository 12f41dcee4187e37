-- How many alerts stand for each customer on each reporting date, its own and its group's, and the highest level among them.
-- Grain: one row per as_of_date and customer_id with an alert.
with raised as (
    select as_of_date, subject_type, subject_code, level_code
    from {{ ref("int_alerts__evaluated") }}
    where status_code = 'raised'
),

of_customers as (
    select as_of_date, subject_code as customer_id, level_code from raised where subject_type = 'customer'
    union all
    select raised.as_of_date, grouped.customer_id, raised.level_code
    from raised
    inner join {{ ref("int_customers__grouped") }} as grouped
        on raised.as_of_date = grouped.as_of_date and raised.subject_code = grouped.group_id
    where raised.subject_type = 'group'
)

select
    of_customers.as_of_date,
    of_customers.customer_id,
    count(*) as alert_count,
    max(levels.level_order) as level_order,
    max_by(levels.level_code, levels.level_order) as highest_level_code
from of_customers
inner join {{ ref("alert_levels") }} as levels on of_customers.level_code = levels.level_code
group by of_customers.as_of_date, of_customers.customer_id
