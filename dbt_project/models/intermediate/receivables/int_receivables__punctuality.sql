-- How punctually the payments of each turnover period came in.
-- Grain: one row per as_of_date, level and level_key with payments in the period.
select
    dates.as_of_date,
    payments.level,
    payments.level_key,
    sum(payments.paid_base_amount) as paid_base_amount,
    {{ ratio("sum(payments.late_amount_days)", "sum(payments.paid_base_amount)") }} as weighted_days_late,
    {{ ratio("100 * sum(payments.on_time_count)", "sum(payments.payment_count)") }} as on_time_count_rate_pct,
    {{ ratio("100 * sum(payments.on_time_base_amount)", "sum(payments.paid_base_amount)") }} as on_time_amount_rate_pct
from {{ ref("int_dates__reporting") }} as dates
inner join {{ ref("int_receivables__policies_dated") }} as policies on dates.as_of_date = policies.as_of_date
inner join {{ ref("int_receivables__payments_grouped") }} as payments
    on dates.opening_date < payments.month_start and dates.as_of_date >= payments.month_start
    and dates.as_of_date >= payments.changed_on
    and {{ is_chosen_by("policies", "payments") }}
group by dates.as_of_date, payments.level, payments.level_key
