-- Reporting dates: the as-of date and the month-ends of the policy's history window before it.
-- Grain: one row per as_of_date.
with refresh as (
    select {{ as_of_date() }} as as_of_date
),

in_force as (
    {{ policies_in_force("refresh") }}
),

settings as (
    select
        refresh.as_of_date as refresh_date,
        max(cast(aging.history_months as integer)) as history_months,
        max(cast(turnover.period_months as integer)) as period_months
    from refresh
    inner join in_force on refresh.as_of_date = in_force.as_of_date
    left join {{ ref("policy_aging") }} as aging on in_force.policy_version = aging.policy_version
    left join {{ ref("policy_turnover") }} as turnover on in_force.policy_version = turnover.policy_version
    group by refresh.as_of_date
),

dated as (
    select
        case
            when numbers.number = 0 then settings.refresh_date
            else {{ month_end(add_months(dbt.date_trunc("month", "settings.refresh_date"), "-numbers.number")) }}
        end as as_of_date,
        settings.refresh_date,
        settings.period_months
    from settings
    inner join {{ numbers_to("(select max(history_months) from settings)") }} as numbers
        on numbers.number <= settings.history_months
)

select
    cast(as_of_date as date) as as_of_date,
    as_of_date = refresh_date as is_refresh_date,
    as_of_date = {{ month_end("as_of_date") }} as is_month_end,
    cast({{ month_end(add_months(dbt.date_trunc("month", "as_of_date"), "-1")) }} as date) as previous_date,
    cast({{ month_end(add_months(dbt.date_trunc("month", "as_of_date"), "-period_months")) }} as date) as opening_date,
    cast({{ dbt.datediff(month_end(add_months(dbt.date_trunc("month", "as_of_date"), "-period_months")), "as_of_date", "day") }} as integer)
        as days_in_period
from dated
