-- Payments of each calendar month up to the as-of date, with the days they were late, grouped as turnover shows them.
-- Grain: one row per receipt_allocation, instalment_allocation, level, level_key, month_start and changed_on; amounts in base currency.
--
-- What stands of a month's payments on a date is the sum of the changes by then: what was taken back later is a change below zero of its own.
-- A payment without a rate is counted beside the amounts, as a sum that lacks it says nothing.
with payments as (
    select
        payments.*,
        companies.base_currency_code,
        cast({{ dbt.date_trunc("month", "payments.effective_date") }} as date) as month_start,
        case when payments.is_first_part then 1 else 0 end as first_count,
        case when payments.paid_base_amount is null then 1 else 0 end as unrated_count
    from {{ ref("int_payments__recognised") }} as payments
    inner join {{ ref("int_currencies__base") }} as companies on payments.company_code = companies.company_code
    where payments.effective_date <= {{ as_of_date() }}
),

changes as (
    select
        receipt_allocation, instalment_allocation, {{ turnover_levels().values() | join(", ") }}, month_start, days_late, paid_base_amount,
        first_count, unrated_count, base_currency_code,
        case when valid_from = effective_date then month_start else valid_from end as changed_on
    from payments
    union all
    select
        receipt_allocation, instalment_allocation, {{ turnover_levels().values() | join(", ") }}, month_start, days_late,
        -paid_base_amount, -first_count, -unrated_count, base_currency_code,
        valid_before as changed_on
    from payments
    where valid_before is not null
)

{% for level, column in turnover_levels().items() %}
select
    receipt_allocation,
    instalment_allocation,
    '{{ level }}' as level,
    {{ column }} as level_key,
    month_start,
    changed_on,
    sum(paid_base_amount) as paid_base_amount,
    sum(paid_base_amount * days_late) as late_amount_days,
    sum(case when days_late <= 0 then paid_base_amount else 0 end) as on_time_base_amount,
    sum(first_count) as payment_count,
    sum(case when days_late <= 0 then first_count else 0 end) as on_time_count,
    sum(unrated_count) as unrated_count,
    min(base_currency_code) as lowest_base_currency_code,
    max(base_currency_code) as highest_base_currency_code
from changes
group by receipt_allocation, instalment_allocation, {{ column }}, month_start, changed_on
{% if not loop.last %}union all{% endif %}
{% endfor %}
