{# Open balances that no bucket took, or that more than one took: amounts in the periods and in the items differ. #}
{% test every_period_has_a_bucket(model, days) %}
with periods as (
    select dates.balance_date as as_of_date, periods.company_code, sum(periods.open_amount) as amount, count(*) as row_count
    from {{ ref("int_ledger__balance_periods") }} as periods
    inner join {{ ref("int_dates__balance_dates") }} as dates
        on {{ days }}
        and dates.balance_date >= periods.valid_from
        and (periods.valid_before is null or dates.balance_date < periods.valid_before)
    inner join {{ ref("int_dates__receivables_policies") }} as policies
        on dates.balance_date = policies.as_of_date
        and {{ is_chosen_by("policies", "periods") }}
    group by dates.balance_date, periods.company_code
),

items as (
    select as_of_date, company_code, sum(outstanding_amount) as amount, count(*) as row_count
    from {{ model }}
    group by as_of_date, company_code
)

select
    coalesce(periods.as_of_date, items.as_of_date) as as_of_date,
    coalesce(periods.company_code, items.company_code) as company_code,
    periods.amount as amount_in_periods, items.amount as amount_in_items, periods.row_count as periods, items.row_count as items
from periods
full outer join items on periods.as_of_date = items.as_of_date and periods.company_code = items.company_code
where periods.amount is distinct from items.amount or periods.row_count is distinct from items.row_count
{% endtest %}
