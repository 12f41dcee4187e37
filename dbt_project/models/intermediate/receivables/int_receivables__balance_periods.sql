-- Intervals in which the open balance of an instalment is constant and not zero. Everything as of a date is read from here.
-- Grain: one row per receipt_allocation, instalment_allocation, company, document, instalment and valid_from.
{{ config(
    materialized="incremental", incremental_strategy="append", on_schema_change="sync_all_columns",
    pre_hook="{{ forget_changed_documents() }}"
) }}
-- depends_on: {{ ref("int_receivables__documents_changed") }}
with instalments as (
    select
        coalesce(choices.receipt_allocation, 'any') as receipt_allocation,
        coalesce(choices.instalment_allocation, 'any') as instalment_allocation,
        instalments.*
    from {{ ref("int_receivables__instalments_completed") }} as instalments
    left join {{ ref("int_receivables__policy_dependent_documents") }} as choices
        on instalments.company_code = choices.company_code and instalments.document_no = choices.document_no
    where {{ is_of_changed_document("instalments") }}
),

legs as (
    select laid.* from {{ ref("int_receivables__legs") }} as laid
    where {{ is_of_changed_document("laid") }}
),

settled as (
    select
        receipt_allocation, instalment_allocation, company_code, document_no, instalment_no,
        min(effective_date) as first_date,
        max(effective_date) as last_date,
        sum(case leg when 'debit' then -settling_amount else settling_amount end) as moved_amount
    from legs
    group by receipt_allocation, instalment_allocation, company_code, document_no, instalment_no
),

moved as (
    select instalments.*, settled.first_date, settled.last_date, coalesce(settled.moved_amount, 0) as moved_amount
    from instalments
    left join settled
        on instalments.receipt_allocation = settled.receipt_allocation
        and instalments.instalment_allocation = settled.instalment_allocation
        and instalments.company_code = settled.company_code
        and instalments.document_no = settled.document_no
        and instalments.instalment_no = settled.instalment_no
),

-- Most instalments move on one day or none: what is open before and after it needs no ordering.
before_first_move as (
    select moved.*, accounting_date as valid_from, first_date as valid_before, instalment_amount as open_amount
    from moved
    where first_date is null or first_date > accounting_date
),

after_only_move as (
    select moved.*, first_date as valid_from, cast(null as date) as valid_before, instalment_amount + moved_amount as open_amount
    from moved
    where first_date = last_date
),

daily as (
    select
        moved.receipt_allocation, moved.instalment_allocation, moved.company_code, moved.document_no, moved.instalment_no,
        legs.effective_date,
        sum(case legs.leg when 'debit' then -legs.settling_amount else legs.settling_amount end) as moved_amount
    from moved
    inner join legs
        on moved.receipt_allocation = legs.receipt_allocation
        and moved.instalment_allocation = legs.instalment_allocation
        and moved.company_code = legs.company_code
        and moved.document_no = legs.document_no
        and moved.instalment_no = legs.instalment_no
    where moved.first_date < moved.last_date
    group by
        moved.receipt_allocation, moved.instalment_allocation, moved.company_code, moved.document_no, moved.instalment_no,
        legs.effective_date
),

running as (
    select
        *,
        lead(effective_date) over (
            partition by receipt_allocation, instalment_allocation, company_code, document_no, instalment_no order by effective_date
        ) as next_date,
        sum(moved_amount) over (
            partition by receipt_allocation, instalment_allocation, company_code, document_no, instalment_no order by effective_date
            rows between unbounded preceding and current row
        ) as moved_through
    from daily
),

after_each_move as (
    select
        moved.*, running.effective_date as valid_from, running.next_date as valid_before,
        moved.instalment_amount + running.moved_through as open_amount
    from moved
    inner join running
        on moved.receipt_allocation = running.receipt_allocation
        and moved.instalment_allocation = running.instalment_allocation
        and moved.company_code = running.company_code
        and moved.document_no = running.document_no
        and moved.instalment_no = running.instalment_no
),

periods as (
    select * from before_first_move
    union all
    select * from after_only_move
    union all
    select * from after_each_move
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
    document_date,
    accounting_date,
    due_date,
    currency_code,
    fx_rate,
    salesperson_code,
    segment_code
from periods
where open_amount <> 0
