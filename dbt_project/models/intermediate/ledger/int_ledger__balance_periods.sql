-- Intervals in which the open balance of an instalment is constant and not zero. Everything as of a date is read from here.
-- Grain: one row per receipt_allocation, instalment_allocation, company, document, instalment and valid_from.
{{ config(
    materialized="incremental", incremental_strategy="append", on_schema_change="sync_all_columns",
    pre_hook={"sql": "{{ forget_changed_documents() }}", "transaction": false}
) }}
-- depends_on: {{ ref("int_changes__documents_changed") }}
with instalments as (
    select
        coalesce(choices.receipt_allocation, 'any') as receipt_allocation,
        coalesce(choices.instalment_allocation, 'any') as instalment_allocation,
        instalments.*
    from {{ ref("int_ledger__instalments_completed") }} as instalments
    left join {{ ref("int_changes__policy_dependent_documents") }} as choices
        on instalments.company_code = choices.company_code and instalments.document_no = choices.document_no
    where {{ is_of_changed_document("instalments") }}
),

legs as (
    select laid.* from {{ ref("int_ledger__legs") }} as laid
    where {{ is_of_changed_document("laid") }}
),

-- Each leg with the next one on its instalment: the last of a day carries all that moved through it.
followed as (
    select
        receipt_allocation, instalment_allocation, company_code, document_no, instalment_no, effective_date,
        lead(effective_date) over instalment as next_date,
        first_value(effective_date) over instalment as first_date,
        sum(case leg when 'debit' then -settling_amount else settling_amount end) over (
            instalment rows between unbounded preceding and current row
        ) as moved_through
    from legs
    window
        instalment as (
            partition by receipt_allocation, instalment_allocation, company_code, document_no, instalment_no order by effective_date
        )
),

running as (
    select * from followed
    where next_date is distinct from effective_date
),

moved as (
    select instalments.*, running.first_date, running.effective_date, running.next_date, running.moved_through
    from instalments
    left join running
        on instalments.receipt_allocation = running.receipt_allocation
        and instalments.instalment_allocation = running.instalment_allocation
        and instalments.company_code = running.company_code
        and instalments.document_no = running.document_no
        and instalments.instalment_no = running.instalment_no
),

periods as (
    select *, accounting_date as valid_from, effective_date as valid_before, instalment_amount as open_amount
    from moved
    where effective_date is null or (effective_date = first_date and first_date > accounting_date)
    union all
    select *, effective_date as valid_from, next_date as valid_before, instalment_amount + moved_through as open_amount
    from moved
    where effective_date is not null
)

select
    receipt_allocation,
    instalment_allocation,
    company_code,
    document_no,
    instalment_no,
    valid_from,
    valid_before,
    cast(open_amount as decimal(18, 2)) as open_amount,
    customer_id,
    document_type,
    document_date,
    accounting_date,
    due_date,
    currency_code,
    fx_rate,
    salesperson_code,
    segment_code
from periods
where open_amount <> 0
