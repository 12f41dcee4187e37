-- How overdue what each salesperson sold is, against the red line of policy.
-- Grain: one row per as_of_date and salesperson_code with items open; amounts in base currency.
with rated as (
    select
        balances.balance_date as as_of_date,
        balances.level_key as salesperson_code,
        balances.owed_base_amount,
        balances.overdue_base_amount,
        {{ ratio("100 * balances.overdue_base_amount", "balances.owed_base_amount") }} as overdue_rate_pct
    from {{ ref("int_aging__balances_grouped") }} as balances
    inner join {{ ref("int_dates__reporting") }} as dates on balances.balance_date = dates.as_of_date
    where balances.level = 'salesperson'
)

select
    rated.*,
    cast(rated.overdue_rate_pct - collection.red_line_pct as decimal(24, 6)) as red_line_excess_pct
from rated
{{ join_policy_in_force("rated", "collection") }}
inner join {{ ref("policy_collection") }} as collection on in_force.policy_version = collection.policy_version
