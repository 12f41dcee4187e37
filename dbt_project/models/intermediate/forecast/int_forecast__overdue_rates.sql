-- How fast debts of each age that were due came in of late: the part of them that was paid in a week, from one month-end of the window before to the next.
-- Grain: one row per as_of_date, base_currency_code and age_bucket_code with due debts in the window.
--
-- All companies with the same base currency together, as amounts of different currencies are not added up.
-- A debt that falls due on the date is one of them: it should have come by then. Of what was due on a date, f was paid by the next, w weeks later: that is 1 - (1 - f)^(1/w) a week.
with dates as (
    select as_of_date, is_reporting_date, lead(as_of_date) over (order by as_of_date) as next_date
    from {{ ref("int_dates__observed") }}
),

overdue as (
    select
        items.as_of_date, dates.next_date, items.company_code, items.document_no, items.instalment_no, items.age_bucket_code,
        items.outstanding_base_amount
    from {{ ref("int_aging__items_observed") }} as items
    inner join dates on items.as_of_date = dates.as_of_date
    where items.outstanding_amount > 0 and items.days_overdue >= 0
),

paid as (
    select overdue.as_of_date, overdue.company_code, overdue.document_no, overdue.instalment_no, sum(payments.paid_base_amount) as paid_base_amount
    from overdue
    {{ join_paid_afterwards("overdue") }}
        and payments.effective_date <= overdue.next_date
        and {{ stands_on("overdue.next_date") }}
    group by overdue.as_of_date, overdue.company_code, overdue.document_no, overdue.instalment_no
),

observed as (
    select
        overdue.as_of_date, overdue.next_date, companies.base_currency_code, overdue.age_bucket_code,
        sum(overdue.outstanding_base_amount) as overdue_base_amount,
        sum(paid.paid_base_amount) as paid_base_amount
    from overdue
    inner join {{ ref("int_currencies__base") }} as companies on overdue.company_code = companies.company_code
    left join paid
        on overdue.as_of_date = paid.as_of_date
        and overdue.company_code = paid.company_code
        and overdue.document_no = paid.document_no
        and overdue.instalment_no = paid.instalment_no
    group by overdue.as_of_date, overdue.next_date, companies.base_currency_code, overdue.age_bucket_code
),

windowed as (
    select
        dates.as_of_date, observed.base_currency_code, observed.age_bucket_code,
        sum(observed.overdue_base_amount) as overdue_base_amount,
        coalesce(sum(observed.paid_base_amount), 0) as paid_base_amount,
        avg(cast({{ days_between("observed.as_of_date", "observed.next_date") }} as double)) / {{ days_of_a_week() }} as weeks
    from dates
    {{ join_policy_in_force("dates", "forecast") }}
    inner join {{ ref("policy_cash_forecast") }} as forecast on in_force.policy_version = forecast.policy_version
    inner join observed
        on observed.next_date <= dates.as_of_date
        and observed.as_of_date >= {{ month_end_before_the_last("forecast.backlog_months", "dates.as_of_date") }}
    where dates.is_reporting_date
    group by dates.as_of_date, observed.base_currency_code, observed.age_bucket_code
)

select
    as_of_date,
    base_currency_code,
    age_bucket_code,
    cast(overdue_base_amount as decimal(18, 2)) as overdue_base_amount,
    cast(paid_base_amount as decimal(18, 2)) as paid_base_amount,
    cast(
        1 - power(greatest(1 - cast(paid_base_amount as double) / nullif(cast(overdue_base_amount as double), 0), 0), 1 / weeks) as decimal(18, 15)
    ) as weekly_rate
from windowed
where overdue_base_amount > 0
