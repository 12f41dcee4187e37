-- How punctually the payments of each turnover period came in.
-- Grain: one row per as_of_date, level and level_key with payments in the period.
with summed as (
    select
        dates.as_of_date,
        payments.level,
        payments.level_key,
        sum(payments.paid_base_amount) as paid_base_amount,
        sum(payments.late_amount_days) as late_amount_days,
        sum(payments.on_time_base_amount) as on_time_base_amount,
        sum(payments.payment_count) as payment_count,
        sum(payments.on_time_count) as on_time_count,
        case
            when sum(payments.unrated_count) > 0 then 'a payment lacks its rate into the base currency'
            when min(payments.lowest_base_currency_code) < max(payments.highest_base_currency_code)
                then 'payments to companies with different base currencies'
        end as note
    from {{ ref("int_dates__reporting") }} as dates
    inner join {{ ref("int_dates__receivables_policies") }} as policies on dates.as_of_date = policies.as_of_date
    inner join {{ ref("int_payments__grouped") }} as payments
        on dates.opening_date < payments.month_start and dates.as_of_date >= payments.month_start
        and dates.as_of_date >= payments.changed_on
        and {{ is_chosen_by("policies", "payments") }}
    group by dates.as_of_date, payments.level, payments.level_key
    -- What was taken back in full is no payment.
    having sum(payments.payment_count) <> 0 or sum(payments.paid_base_amount) <> 0 or sum(payments.unrated_count) <> 0
)

select
    as_of_date,
    level,
    level_key,
    -- Amounts that lack one, or are in several currencies, have no sum; what is counted needs none.
    case when note is null then paid_base_amount end as paid_base_amount,
    case when note is null then {{ ratio("late_amount_days", "paid_base_amount") }} end as weighted_days_late,
    {{ ratio("100 * on_time_count", "payment_count") }} as on_time_count_rate_pct,
    case when note is null then {{ ratio("100 * on_time_base_amount", "paid_base_amount") }} end as on_time_amount_rate_pct,
    note
from summed
