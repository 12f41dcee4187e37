-- Days between which it is observed what became of debts: the reporting dates, and the month-ends before them that rates look back to.
-- Grain: one row per as_of_date.
--
-- Rates of the provision and of the forecast rest on as many months as policy says, however few of them are kept as reporting dates.
with reporting as (
    select * from {{ ref("int_dates__reporting") }}
),

in_force as (
    {{ policies_in_force("reporting") }}
),

beginnings as (
    select previous_date as beginning_date from reporting
    union all
    select {{ month_end_before_the_last("provision.window_months", "in_force.as_of_date") }}
    from in_force
    inner join {{ ref("policy_provision") }} as provision on in_force.policy_version = provision.policy_version
    union all
    select {{ month_end_before_the_last("forecast.backlog_months", "in_force.as_of_date") }}
    from in_force
    inner join {{ ref("policy_cash_forecast") }} as forecast on in_force.policy_version = forecast.policy_version
),

span as (
    select
        min(beginning_date) as beginning_date,
        cast({{ dbt.date_trunc("month", "min(beginning_date)") }} as date) as beginning_month,
        (select min(as_of_date) from reporting) as first_reporting_date
    from beginnings
),

months_before as (
    select cast({{ month_end(add_months("span.beginning_month", "numbers.number")) }} as date) as as_of_date
    from span
    inner join {{ numbers_to("(select " ~ month_number("first_reporting_date") ~ " - " ~ month_number("beginning_date") ~ " from span)") }} as numbers
        on {{ month_end(add_months("span.beginning_month", "numbers.number")) }} < span.first_reporting_date
)

select as_of_date, previous_date, is_month_end, true as is_reporting_date from reporting
union all
select
    months_before.as_of_date,
    case
        when months_before.as_of_date > span.beginning_date
            then cast({{ month_end(add_months(dbt.date_trunc("month", "months_before.as_of_date"), "-1")) }} as date)
    end as previous_date,
    true as is_month_end,
    false as is_reporting_date
from months_before
cross join span
