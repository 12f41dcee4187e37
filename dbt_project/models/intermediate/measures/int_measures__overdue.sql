-- How overdue each customer is: shares of the amounts owed, longest days past due, and longest without an explanation.
-- Grain: one row per as_of_date and customer_id with items open.
with explained as (
    select customer_id, activity_date
    from {{ ref("int_collection__contacts_staged") }}
    where outcome in ('explained', 'promised')
),

explained_customers as (
    select distinct parameters.as_of_date, explained.customer_id
    from {{ ref("int_measures__parameters") }} as parameters
    inner join explained
        on explained.activity_date <= parameters.as_of_date
        and explained.activity_date > {{ dbt.dateadd("day", "-parameters.explanation_valid_days", "parameters.as_of_date") }}
),

items as (
    select
        items.as_of_date,
        items.customer_id,
        items.days_overdue,
        -- Amounts of several currencies are only compared in base currency.
        case when items.outstanding_amount > 0 then items.outstanding_base_amount else 0 end as owed_amount,
        items.outstanding_amount > 0 and items.days_overdue > 0 as is_overdue,
        items.outstanding_amount > 0 and items.days_overdue > parameters.late_beyond_days as is_late,
        disputed.document_no is not null or explained_customers.customer_id is not null as is_explained
    from {{ ref("int_receivables__open_items") }} as items
    inner join {{ ref("int_measures__parameters") }} as parameters on items.as_of_date = parameters.as_of_date
    left join explained_customers
        on items.as_of_date = explained_customers.as_of_date and items.customer_id = explained_customers.customer_id
    {{ left_join_claimed("disputed") }}
    where items.is_reporting_date
),

summed as (
    select
        as_of_date,
        customer_id,
        {{ known_sum("owed_amount") }} as owed_amount,
        {{ known_sum("owed_amount", "is_overdue") }} as overdue_amount,
        {{ known_sum("owed_amount", "is_late") }} as late_amount,
        max(case when is_overdue then days_overdue else 0 end) as longest_overdue_days,
        max(case when is_overdue and not is_explained then days_overdue else 0 end) as longest_unexplained_overdue_days
    from items
    group by as_of_date, customer_id
)

-- Of a debt of nothing, nothing is overdue; of one without a rate, nobody knows what part.
select
    as_of_date,
    customer_id,
    case when owed_amount = 0 then 0 else {{ ratio("100 * overdue_amount", "owed_amount") }} end as overdue_share_pct,
    case when owed_amount = 0 then 0 else {{ ratio("100 * late_amount", "owed_amount") }} end as late_share_pct,
    longest_overdue_days,
    longest_unexplained_overdue_days
from summed
