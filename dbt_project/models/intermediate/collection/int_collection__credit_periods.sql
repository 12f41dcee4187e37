-- Intervals in which a customer owes a company nothing on balance: what is unapplied is as much as what is open, or more.
-- Grain: one row per company, customer and valid_from.
--
-- Only of customers with a credit open at some time and a rate for all that they owe. What settles what is policy; a balance is not.
with periods as (
    select periods.*
    from {{ ref("int_ledger__balance_periods") }} as periods
    inner join {{ ref("int_dates__receivables_policies") }} as aging
        on aging.as_of_date = {{ as_of_date() }} and {{ is_chosen_by("aging", "periods") }}
    where periods.document_type is distinct from 'fx_revaluation'
),

customers as (
    select company_code, customer_id
    from periods
    group by company_code, customer_id
    having min(open_amount) < 0 and max(open_amount) > 0 and count(fx_rate) = count(*)
),

changes as (
    select
        periods.company_code, periods.customer_id, periods.valid_from as day,
        {{ base_amount("periods.open_amount", "periods.fx_rate") }} as change_amount
    from periods
    inner join customers on periods.company_code = customers.company_code and periods.customer_id = customers.customer_id
    union all
    select
        periods.company_code, periods.customer_id, periods.valid_before,
        -{{ base_amount("periods.open_amount", "periods.fx_rate") }}
    from periods
    inner join customers on periods.company_code = customers.company_code and periods.customer_id = customers.customer_id
    where periods.valid_before is not null
),

daily as (
    select company_code, customer_id, day, sum(change_amount) as change_amount
    from changes
    group by company_code, customer_id, day
),

running as (
    select
        company_code, customer_id, day as valid_from,
        lead(day) over (partition by company_code, customer_id order by day) as valid_before,
        sum(change_amount) over (
            partition by company_code, customer_id order by day rows between unbounded preceding and current row
        ) as balance_base_amount
    from daily
)

select company_code, customer_id, valid_from, valid_before, balance_base_amount
from running
where balance_base_amount <= 0
