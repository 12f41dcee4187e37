-- Payments of each calendar month up to the as-of date, with the days they were late, grouped as turnover shows them.
-- Grain: one row per receipt_allocation, instalment_allocation, level, level_key and month_start; amounts in base currency.
with payments as (
    select
        *,
        cast({{ dbt.date_trunc("month", "effective_date") }} as date) as month_start
    from {{ ref("int_receivables__payments") }}
    where effective_date <= {{ as_of_date() }}
)

{% for level, column in turnover_levels().items() %}
select
    receipt_allocation,
    instalment_allocation,
    '{{ level }}' as level,
    {{ column }} as level_key,
    month_start,
    sum(paid_base_amount) as paid_base_amount,
    sum(paid_base_amount * days_late) as late_amount_days,
    sum(case when days_late <= 0 then paid_base_amount else 0 end) as on_time_base_amount,
    count(*) as payment_count,
    count(case when days_late <= 0 then 1 end) as on_time_count
from payments
group by receipt_allocation, instalment_allocation, {{ column }}, month_start
{% if not loop.last %}union all{% endif %}
{% endfor %}
