-- How late each customer paid, weighted by amount, over the payment window, and by how much the recent window is later;
-- unknown where either holds too few payments to tell.
-- Grain: one row per as_of_date and customer_id with payments in the window.
with daily as (
    select
        payments.receipt_allocation,
        payments.instalment_allocation,
        payments.customer_id,
        companies.base_currency_code,
        payments.effective_date,
        payments.valid_from,
        payments.valid_before,
        {{ known_sum("payments.paid_base_amount * payments.days_late") }} as late_amount_days,
        {{ known_sum("payments.paid_base_amount") }} as paid_base_amount,
        count(case when payments.is_first_part then 1 end) as payment_count
    from {{ ref("int_payments__recognised") }} as payments
    inner join {{ ref("int_currencies__base") }} as companies on payments.company_code = companies.company_code
    group by
        payments.receipt_allocation, payments.instalment_allocation, payments.customer_id, companies.base_currency_code,
        payments.effective_date, payments.valid_from, payments.valid_before
),

windows as (
    select
        *,
        {{ dbt.dateadd("day", "-payment_window_days", "as_of_date") }} as window_after,
        {{ dbt.dateadd("day", "-recent_payment_window_days", "as_of_date") }} as recent_after
    from {{ ref("int_measures__parameters") }}
),

summed as (
    select
        windows.as_of_date,
        daily.customer_id,
        windows.minimum_payment_count,
        -- Weights in several base currencies weigh nothing against each other.
        min(daily.base_currency_code) < max(daily.base_currency_code) as has_mixed_base_currencies,
        -- One payment without a rate, and nobody knows what weight the others carry.
        {{ known_sum("daily.late_amount_days") }} as late_amount_days,
        {{ known_sum("daily.paid_base_amount") }} as paid_base_amount,
        {{ known_sum("daily.late_amount_days", "daily.effective_date > windows.recent_after") }} as recent_late_amount_days,
        {{ known_sum("daily.paid_base_amount", "daily.effective_date > windows.recent_after") }} as recent_paid_base_amount,
        coalesce(sum(case when daily.effective_date > windows.recent_after then daily.payment_count end), 0) as recent_payment_count,
        coalesce(sum(case when daily.effective_date <= windows.recent_after then daily.payment_count end), 0) as earlier_payment_count
    from windows
    inner join {{ ref("int_dates__receivables_policies") }} as policies on windows.as_of_date = policies.as_of_date
    inner join daily
        on daily.effective_date <= windows.as_of_date
        and daily.effective_date > windows.window_after
        and {{ stands_on("windows.as_of_date", "daily") }}
        and {{ is_chosen_by("policies", "daily") }}
    group by windows.as_of_date, daily.customer_id, windows.minimum_payment_count
)

select
    as_of_date,
    customer_id,
    case when not has_mixed_base_currencies then {{ ratio("late_amount_days", "paid_base_amount") }} end as weighted_days_late,
    case
        when not has_mixed_base_currencies and recent_payment_count >= minimum_payment_count and earlier_payment_count >= minimum_payment_count
            then {{ ratio_difference(
                "recent_late_amount_days", "recent_paid_base_amount",
                "late_amount_days - recent_late_amount_days", "paid_base_amount - recent_paid_base_amount"
            ) }}
    end as days_late_change
from summed
