-- Whole months that each customer has been without an overdue amount: since its last overdue day, or since its first posting.
-- Grain: one row per as_of_date and customer_id.
--
-- A stretch of overdue days is a period of an instalment that was open after its due day. Each date looks back under its own policy's
-- choices, whatever was in force before.
with policies as (
    select policies.* from {{ ref("int_dates__receivables_policies") }} as policies
    inner join {{ ref("int_dates__reporting") }} as dates on policies.as_of_date = dates.as_of_date
),

choices as (
    select distinct receipt_allocation, instalment_allocation from policies
),

stretches as (
    select choices.receipt_allocation, choices.instalment_allocation, periods.customer_id, periods.valid_before as overdue_before
    from {{ ref("int_ledger__balance_periods") }} as periods
    inner join choices on {{ is_chosen_by("choices", "periods") }}
    where periods.open_amount > 0 and periods.document_type <> 'fx_revaluation' and (periods.valid_before is null or periods.valid_before > {{ dbt.dateadd("day", 1, "periods.due_date") }})
),

first_dates_after as (
    select days.overdue_before, min(policies.as_of_date) as as_of_date
    from (select distinct overdue_before from stretches where overdue_before is not null) as days
    inner join policies on days.overdue_before <= policies.as_of_date
    group by days.overdue_before
),

ended as (
    select
        first_dates_after.as_of_date, stretches.receipt_allocation, stretches.instalment_allocation, stretches.customer_id,
        max(stretches.overdue_before) as clean_since
    from stretches
    inner join first_dates_after on stretches.overdue_before = first_dates_after.overdue_before
    group by first_dates_after.as_of_date, stretches.receipt_allocation, stretches.instalment_allocation, stretches.customer_id
),

looked_back as (
    select
        reported.as_of_date,
        reported.customer_id,
        reported.first_accounting_date,
        choices.receipt_allocation,
        choices.instalment_allocation,
        max(ended.clean_since) over (
            partition by reported.customer_id, choices.receipt_allocation, choices.instalment_allocation order by reported.as_of_date
            rows between unbounded preceding and current row
        ) as clean_since
    from {{ ref("int_customers__reported") }} as reported
    cross join choices
    left join ended on {{ same_customer("reported", "ended") }}
        and choices.receipt_allocation = ended.receipt_allocation
        and choices.instalment_allocation = ended.instalment_allocation
),

dated as (
    select looked_back.*
    from looked_back
    inner join policies
        on looked_back.as_of_date = policies.as_of_date
        and looked_back.receipt_allocation = policies.receipt_allocation
        and looked_back.instalment_allocation = policies.instalment_allocation
)

select
    dated.as_of_date,
    dated.customer_id,
    case
        when overdue.longest_overdue_days > 0 then 0
        else {{ months_between("coalesce(dated.clean_since, dated.first_accounting_date)", "dated.as_of_date") }}
    end as clean_months
from dated
left join {{ ref("int_measures__overdue") }} as overdue on {{ same_customer("dated", "overdue") }}
