-- Promises to pay that fell due in the window, and the part of them that was kept.
-- Grain: one row per as_of_date and customer_id with promises due.
with judged as (
    select customer_id, promised_date, valid_from, valid_before, count(*) as promise_count, count(case when is_kept then 1 end) as kept_count
    from {{ ref("int_collection__promises_judged") }}
    group by customer_id, promised_date, valid_from, valid_before
)

select
    parameters.as_of_date,
    judged.customer_id,
    sum(judged.promise_count) as promise_count,
    {{ ratio("100 * sum(judged.kept_count)", "sum(judged.promise_count)") }} as promises_kept_pct
from {{ ref("int_measures__parameters") }} as parameters
inner join judged
    on judged.promised_date <= parameters.as_of_date
    and judged.promised_date > {{ dbt.dateadd("day", "-parameters.payment_window_days", "parameters.as_of_date") }}
    and {{ stands_on("parameters.as_of_date", "judged") }}
group by parameters.as_of_date, judged.customer_id
