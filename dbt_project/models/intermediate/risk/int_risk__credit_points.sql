-- Points that payments earned or lost in the payment window, and by how much they move the terms.
-- Grain: one row per as_of_date and customer_id with payments in the window.
with policies as (
    select in_force.as_of_date, in_force.policy_version, aging.receipt_allocation, aging.instalment_allocation
    from {{ ref("int_dates__policies_in_force") }} as in_force
    inner join {{ ref("int_dates__receivables_policies") }} as aging on in_force.as_of_date = aging.as_of_date
    where in_force.policy_area = 'scorecard'
),

versions as (
    select distinct policy_version from policies
),

daily as (
    select
        versions.policy_version,
        payments.receipt_allocation,
        payments.instalment_allocation,
        payments.customer_id,
        payments.effective_date,
        payments.valid_from,
        payments.valid_before,
        count(*) as payment_count,
        sum(points.points) as points
    from {{ ref("int_payments__recognised") }} as payments
    cross join versions
    inner join {{ ref("policy_credit_points") }} as points
        on versions.policy_version = points.policy_version
        and (points.from_days_late is null or payments.days_late >= points.from_days_late)
        and (points.to_days_late is null or payments.days_late <= points.to_days_late)
    where payments.is_first_part
    group by
        versions.policy_version, payments.receipt_allocation, payments.instalment_allocation, payments.customer_id, payments.effective_date,
        payments.valid_from, payments.valid_before
),

summed as (
    select
        parameters.as_of_date,
        policies.policy_version,
        daily.customer_id,
        sum(daily.payment_count) as payment_count,
        sum(daily.points) as credit_points
    from {{ ref("int_measures__parameters") }} as parameters
    inner join policies on parameters.as_of_date = policies.as_of_date
    inner join daily
        on policies.policy_version = daily.policy_version
        and {{ is_chosen_by("policies", "daily") }}
        and daily.effective_date <= parameters.as_of_date
        and daily.effective_date > {{ dbt.dateadd("day", "-parameters.payment_window_days", "parameters.as_of_date") }}
        and {{ stands_on("parameters.as_of_date", "daily") }}
    group by parameters.as_of_date, policies.policy_version, daily.customer_id
)

select
    summed.as_of_date,
    summed.customer_id,
    summed.payment_count,
    summed.credit_points,
    terms.terms_change_days
from summed
inner join {{ ref("policy_credit_point_terms") }} as terms
    on summed.policy_version = terms.policy_version
    and (terms.from_points_per_payment is null or summed.credit_points / summed.payment_count >= terms.from_points_per_payment)
    and (terms.to_points_per_payment is null or summed.credit_points / summed.payment_count < terms.to_points_per_payment)
