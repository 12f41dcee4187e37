-- How many days late customers whose own lateness is not known are taken to pay: as late as all customers together, else what policy sets.
-- Grain: one row per as_of_date and company_code.
--
-- Weighted by amount over the payment window, all companies with the same base currency together; payments without a rate weigh nothing.
with daily as (
    select
        payments.receipt_allocation,
        payments.instalment_allocation,
        companies.base_currency_code,
        payments.effective_date,
        payments.valid_from,
        payments.valid_before,
        sum(payments.paid_base_amount * payments.days_late) as late_amount_days,
        sum(payments.paid_base_amount) as paid_base_amount
    from {{ ref("int_payments__recognised") }} as payments
    inner join {{ ref("int_currencies__base") }} as companies on payments.company_code = companies.company_code
    group by
        payments.receipt_allocation, payments.instalment_allocation, companies.base_currency_code, payments.effective_date,
        payments.valid_from, payments.valid_before
),

pooled as (
    select
        windows.as_of_date,
        daily.base_currency_code,
        {{ ratio("sum(daily.late_amount_days)", "sum(daily.paid_base_amount)") }} as weighted_days_late
    from {{ ref("int_measures__parameters") }} as windows
    inner join {{ ref("int_dates__receivables_policies") }} as policies on windows.as_of_date = policies.as_of_date
    inner join daily
        on daily.effective_date <= windows.as_of_date
        and daily.effective_date > {{ dbt.dateadd("day", "-windows.payment_window_days", "windows.as_of_date") }}
        and {{ stands_on("windows.as_of_date", "daily") }}
        and {{ is_chosen_by("policies", "daily") }}
    group by windows.as_of_date, daily.base_currency_code
)

select
    dates.as_of_date,
    companies.company_code,
    coalesce(pooled.weighted_days_late, cast(forecast.fallback_days_late as decimal(24, 6))) as assumed_days_late,
    case when pooled.weighted_days_late is null then 'policy' else 'pooled' end as lateness_source_code
from {{ ref("int_dates__reporting") }} as dates
{{ join_policy_in_force("dates", "forecast") }}
inner join {{ ref("policy_cash_forecast") }} as forecast on in_force.policy_version = forecast.policy_version
cross join {{ ref("int_currencies__base") }} as companies
left join pooled
    on dates.as_of_date = pooled.as_of_date and companies.base_currency_code = pooled.base_currency_code
