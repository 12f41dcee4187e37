-- How overdue each customer is: shares of the amounts owed, longest days past due, and longest without an explanation.
-- Grain: one row per as_of_date and customer_id with items open.
with items as (
    select
        items.as_of_date,
        items.customer_id,
        items.days_overdue,
        companies.base_currency_code,
        -- Amounts of several currencies are only compared in base currency.
        case when items.outstanding_amount > 0 then items.outstanding_base_amount else 0 end as owed_amount,
        items.outstanding_amount > 0 and items.days_overdue > 0 as is_overdue,
        items.outstanding_amount > 0 and items.days_overdue > parameters.late_beyond_days as is_late,
        explained.document_no is not null as is_explained
    from {{ ref("int_aging__open_items") }} as items
    inner join {{ ref("int_measures__parameters") }} as parameters on items.as_of_date = parameters.as_of_date
    inner join {{ ref("int_currencies__base") }} as companies on items.company_code = companies.company_code
    left join {{ ref("int_collection__items_explained") }} as explained
        on items.as_of_date = explained.as_of_date
        and items.company_code = explained.company_code
        and items.document_no = explained.document_no
        and items.instalment_no = explained.instalment_no
    where items.is_reporting_date
),

summed as (
    select
        as_of_date,
        customer_id,
        coalesce(
            min(case when owed_amount <> 0 then base_currency_code end) < max(case when owed_amount <> 0 then base_currency_code end), false
        ) as has_mixed_base_currencies,
        {{ known_sum("owed_amount") }} as owed_amount,
        {{ known_sum("owed_amount", "is_overdue") }} as overdue_amount,
        {{ known_sum("owed_amount", "is_late") }} as late_amount,
        max(case when is_overdue then days_overdue else 0 end) as longest_overdue_days,
        max(case when is_overdue and not is_explained then days_overdue else 0 end) as longest_unexplained_overdue_days
    from items
    group by as_of_date, customer_id
)

-- Of a debt of nothing, nothing is overdue; of one without a rate, or in several base currencies, nobody knows what part.
select
    as_of_date,
    customer_id,
    case
        when owed_amount = 0 then 0
        when not has_mixed_base_currencies then {{ ratio("100 * overdue_amount", "owed_amount") }}
    end as overdue_share_pct,
    case
        when owed_amount = 0 then 0
        when not has_mixed_base_currencies then {{ ratio("100 * late_amount", "owed_amount") }}
    end as late_share_pct,
    longest_overdue_days,
    longest_unexplained_overdue_days
from summed
