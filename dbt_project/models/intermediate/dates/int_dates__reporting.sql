-- Reporting dates: the as-of date and the month-ends of its policy's history window before it, each with its own turnover period.
-- Grain: one row per as_of_date.
--
-- How many dates are kept is asked once, on the as-of date: it is a matter of the refresh as a whole. What period a date closes is a
-- matter of that date.
with refresh as (
    select {{ as_of_date() }} as as_of_date
),

in_force_now as (
    {{ policies_in_force("refresh") }}
),

settings as (
    select in_force_now.as_of_date as refresh_date, cast(aging.history_months as integer) as history_months
    from in_force_now
    inner join {{ ref("policy_aging") }} as aging on in_force_now.policy_version = aging.policy_version
),

dated as (
    select
        cast(case
            when numbers.number = 0 then settings.refresh_date
            else {{ month_end(add_months(dbt.date_trunc("month", "settings.refresh_date"), "-numbers.number")) }}
        end as date) as as_of_date,
        settings.refresh_date
    from settings
    inner join {{ numbers_to("(select max(history_months) from settings)") }} as numbers
        on numbers.number <= settings.history_months
),

in_force as (
    {{ policies_in_force("dated") }}
),

periods as (
    select in_force.as_of_date, cast(turnover.period_months as integer) as period_months
    from in_force
    inner join {{ ref("policy_turnover") }} as turnover on in_force.policy_version = turnover.policy_version
)

select
    dated.as_of_date,
    dated.as_of_date = dated.refresh_date as is_refresh_date,
    dated.as_of_date = {{ month_end("dated.as_of_date") }} as is_month_end,
    cast({{ month_end(add_months(dbt.date_trunc("month", "dated.as_of_date"), "-1")) }} as date) as previous_date,
    cast({{ month_end(add_months(dbt.date_trunc("month", "dated.as_of_date"), "-periods.period_months")) }} as date) as opening_date,
    cast({{ dbt.datediff(
        month_end(add_months(dbt.date_trunc("month", "dated.as_of_date"), "-periods.period_months")), "dated.as_of_date", "day"
    ) }} as integer) as days_in_period
from dated
left join periods on dated.as_of_date = periods.as_of_date
