-- Sales and collection of each salesperson together: what was sold and paid in the period, and the overdue rate against the red line.
-- Grain: one row per as_of_date and salesperson_code.
select
    turnover.as_of_date,
    turnover.level_key as salesperson_code,
    turnover.sales_base_amount,
    cast(case when payments.level_key is null then 0 else payments.paid_base_amount end as decimal(18, 2)) as collected_base_amount,
    -- Nothing open is zero; something open without an exchange rate is not known.
    cast(case when rated.salesperson_code is null then 0 else rated.owed_base_amount end as decimal(18, 2)) as receivable_base_amount,
    cast(case when rated.salesperson_code is null then 0 else rated.overdue_base_amount end as decimal(18, 2)) as overdue_base_amount,
    rated.overdue_rate_pct,
    collection.red_line_pct,
    case
        when rated.salesperson_code is null or rated.owed_base_amount = 0 then false
        else rated.red_line_excess_pct > 0
    end as is_over_red_line,
    turnover.dso_simple,
    collection.policy_version
from {{ ref("fct_turnover") }} as turnover
{{ join_policy_in_force("turnover", "collection") }}
inner join {{ ref("policy_collection") }} as collection on in_force.policy_version = collection.policy_version
left join {{ ref("int_measures__salespersons") }} as rated
    on turnover.as_of_date = rated.as_of_date and turnover.level_key = rated.salesperson_code
left join {{ ref("int_payments__punctuality") }} as payments
    on payments.level = 'salesperson'
    and turnover.as_of_date = payments.as_of_date
    and turnover.level_key = payments.level_key
where turnover.level = 'salesperson'
