-- How each customer pays: distribution of days late over the payment window, spread, trend and habit.
-- Grain: one row per as_of_date and customer_id with payments in the window.
with policies as (
    select as_of_date, policy_version from {{ ref("int_dates__policies_in_force") }} where policy_area = 'collection'
),

summed as (
    select
        parameters.as_of_date,
        payments.customer_id,
        count(*) as payment_count,
        count(case when payments.days_late < 0 then 1 end) as early_count,
        count(case when payments.days_late = 0 then 1 end) as on_day_count,
        count(case when payments.days_late > 0 then 1 end) as late_count,
        max(payments.days_late) as latest_days_late,
        cast(avg(cast(payments.days_late as double)) as decimal(24, 6)) as average_days_late,
        cast(stddev_samp(cast(payments.days_late as double)) as decimal(24, 6)) as days_late_spread
    from {{ ref("int_measures__parameters") }} as parameters
    inner join {{ ref("int_dates__receivables_policies") }} as aging on parameters.as_of_date = aging.as_of_date
    inner join {{ ref("int_payments__recognised") }} as payments
        on payments.effective_date <= parameters.as_of_date
        and {{ is_chosen_by("aging", "payments") }}
        and payments.effective_date > {{ dbt.dateadd("day", "-parameters.payment_window_days", "parameters.as_of_date") }}
        and {{ stands_on("parameters.as_of_date") }}
    where payments.is_first_part
    group by parameters.as_of_date, payments.customer_id
),

measured as (
    select summed.*, measured.weighted_days_late, measured.days_late_change
    from summed
    inner join {{ ref("int_customers__measured") }} as measured on {{ same_customer("summed", "measured") }}
),

meeting as (
    select
        measured.as_of_date,
        measured.customer_id,
        -- Behind a threshold over days late whose weights are not known, no habit is.
        nullif(
            min_by(
                case
                    when measured.weighted_days_late is null and coalesce(habits.measure_code, '') <> 'days_late_spread' then 'unknown'
                    else habits.habit_code
                end,
                habits.habit_order
            ),
            'unknown'
        ) as habit_code,
        min(habits.policy_version) as policy_version
    from measured
    inner join policies on measured.as_of_date = policies.as_of_date
    inner join {{ ref("policy_payment_habits") }} as habits on policies.policy_version = habits.policy_version
    where
        habits.measure_code is null
        or {{ meets_rule(
            "case habits.measure_code when 'days_late_spread' then measured.days_late_spread else measured.weighted_days_late end",
            "habits.comparison", "habits.threshold_value"
        ) }}
    group by measured.as_of_date, measured.customer_id
)

select measured.*, meeting.habit_code, meeting.policy_version
from measured
inner join meeting on {{ same_customer("measured", "meeting") }}
