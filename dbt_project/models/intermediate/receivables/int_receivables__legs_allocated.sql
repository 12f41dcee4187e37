-- Legs of applications on documents with instalments, laid onto them: on the one that is named, else as the allocation policy says.
-- Grain: one row per receipt_allocation, instalment_allocation, company, application, leg, document and instalment that it moves.
--
-- With U the unnamed total through an application and open_i what named legs leave of instalment i, the part of U on i is
--   fifo_by_due_date: clamp(U, before_i, before_i + open_i) - before_i, before_i being open amounts that fall due earlier;
--   pro_rata: round(U x through_i / all) - round(U x before_i / all), through_i = before_i + open_i.
-- The last instalment takes what exceeds them all, the first what reversals leave below zero. The application moves the change
-- of that part since the one before it, so a figure never depends on what is applied later.
{{ config(
    materialized="incremental", incremental_strategy="append", on_schema_change="sync_all_columns",
    pre_hook={"sql": "{{ forget_changed_documents() }}", "transaction": false}
) }}
-- depends_on: {{ ref("int_receivables__documents_changed") }}
with legs as (
    select
        company_code, application_no, 'debit' as leg, debit_document_no as document_no, debit_instalment_no as instalment_no,
        receipt_allocation, application_rule, effective_date, applied_amount as settling_amount, credit_document_no,
        credit_document_type, credit_document_date
    from {{ ref("int_receivables__applications_dated") }}
    where debit_instalment_count > 0
    union all
    select
        company_code, application_no, 'credit' as leg, credit_document_no as document_no, null as instalment_no,
        receipt_allocation, application_rule, effective_date, applied_amount, credit_document_no, credit_document_type,
        credit_document_date
    from {{ ref("int_receivables__applications_dated") }}
    where credit_instalment_count > 0
),

instalments as (
    select
        completed.*,
        abs(completed.instalment_amount) as open_amount,
        row_number() over (
            partition by completed.company_code, completed.document_no order by completed.due_date, completed.instalment_no
        ) as due_order
    from {{ ref("int_receivables__instalments_completed") }} as completed
    where completed.instalment_count > 0 and {{ is_of_changed_document("completed") }}
),

named as (
    select
        legs.company_code, legs.application_no, legs.leg, legs.document_no,
        -- A name that the document does not have is left to policy; where there is one instalment there is nothing to choose.
        coalesce(instalments.instalment_no, only_one.instalment_no) as instalment_no,
        coalesce(choices.receipt_allocation, 'any') as receipt_allocation,
        coalesce(choices.instalment_allocation, 'any') as instalment_allocation,
        legs.application_rule, legs.effective_date, legs.settling_amount, legs.credit_document_no, legs.credit_document_type,
        legs.credit_document_date
    from legs
    left join instalments
        on legs.company_code = instalments.company_code
        and legs.document_no = instalments.document_no
        and legs.instalment_no = instalments.instalment_no
    left join instalments as only_one
        on legs.company_code = only_one.company_code
        and legs.document_no = only_one.document_no
        and only_one.instalment_count = 1
    left join {{ ref("int_receivables__policy_dependent_documents") }} as choices
        on legs.company_code = choices.company_code and legs.document_no = choices.document_no
    where
        legs.receipt_allocation in ('any', coalesce(choices.receipt_allocation, 'any'))
        and {{ is_of_changed_document("legs") }}
),

ordered as (
    select
        *,
        row_number() over (
            partition by receipt_allocation, instalment_allocation, company_code, document_no
            order by effective_date, application_no, leg
        ) as application_order,
        sum(case when instalment_no is null then settling_amount else 0 end) over (
            partition by receipt_allocation, instalment_allocation, company_code, document_no
            order by effective_date, application_no, leg rows between unbounded preceding and current row
        ) as unnamed_total,
        max(case when instalment_no is null then 0 else 1 end) over (
            partition by receipt_allocation, instalment_allocation, company_code, document_no
        ) as has_names
    from named
    where instalment_allocation <> 'any'
),

-- Without names the open amounts do not change, so only the instalments between two totals move (first in, first out).
fixed_queue as (
    select
        company_code, document_no, instalment_no, due_order, instalment_count,
        sum(open_amount) over (
            partition by company_code, document_no order by due_order rows between unbounded preceding and current row
        ) as through_amount,
        sum(open_amount) over (
            partition by company_code, document_no order by due_order rows between unbounded preceding and current row
        ) - open_amount as before_amount
    from instalments
    where instalment_count > 1
),

bounded_queue as (
    select
        company_code, document_no, instalment_no,
        case when due_order = 1 then null else before_amount end as lower_bound,
        case when due_order = instalment_count then null else through_amount end as upper_bound
    from fixed_queue
),

moved_in_queue as (
    select
        ordered.receipt_allocation, ordered.instalment_allocation, ordered.company_code, ordered.application_no, ordered.leg,
        ordered.document_no, queue.instalment_no, ordered.application_rule, ordered.effective_date, ordered.credit_document_no,
        ordered.credit_document_type, ordered.credit_document_date,
        -- A bound that is null bounds nothing: greatest and least pass over it.
        least(greatest(ordered.unnamed_total, queue.lower_bound), queue.upper_bound)
        - least(greatest(ordered.unnamed_total - ordered.settling_amount, queue.lower_bound), queue.upper_bound) as settling_amount
    from ordered
    inner join bounded_queue as queue
        on ordered.company_code = queue.company_code
        and ordered.document_no = queue.document_no
        and (queue.lower_bound is null or greatest(ordered.unnamed_total, ordered.unnamed_total - ordered.settling_amount) > queue.lower_bound)
        and (queue.upper_bound is null or least(ordered.unnamed_total, ordered.unnamed_total - ordered.settling_amount) < queue.upper_bound)
    where ordered.instalment_allocation = 'fifo_by_due_date' and ordered.has_names = 0
),

states as (
    select
        ordered.receipt_allocation, ordered.instalment_allocation, ordered.company_code, ordered.application_no, ordered.leg,
        ordered.document_no, instalments.instalment_no, instalments.due_order, instalments.instalment_count,
        ordered.application_rule, ordered.effective_date, ordered.credit_document_no, ordered.credit_document_type,
        ordered.credit_document_date,
        ordered.application_order, ordered.unnamed_total, instalments.open_amount as instalment_amount,
        sum(case when ordered.instalment_no = instalments.instalment_no then ordered.settling_amount else 0 end) over (
            partition by
                ordered.receipt_allocation, ordered.instalment_allocation, ordered.company_code, ordered.document_no,
                instalments.instalment_no
            order by ordered.application_order rows between unbounded preceding and current row
        ) as named_total
    from ordered
    inner join instalments on ordered.company_code = instalments.company_code and ordered.document_no = instalments.document_no
    where ordered.instalment_allocation <> 'fifo_by_due_date' or ordered.has_names = 1
),

queued as (
    select
        *,
        greatest(instalment_amount - named_total, 0) as open_amount,
        sum(greatest(instalment_amount - named_total, 0)) over (
            partition by receipt_allocation, instalment_allocation, company_code, document_no, application_order order by due_order
            rows between unbounded preceding and current row
        ) as through_amount,
        sum(greatest(instalment_amount - named_total, 0)) over (
            partition by receipt_allocation, instalment_allocation, company_code, document_no, application_order
        ) as all_open_amount
    from states
),

shared as (
    select
        *,
        case
            when instalment_allocation = 'fifo_by_due_date'
                then least(greatest(unnamed_total - (through_amount - open_amount), 0), open_amount)
            when all_open_amount = 0 then 0
            else
                {{ share_of("least(greatest(unnamed_total, 0), all_open_amount)", "through_amount", "all_open_amount") }}
                - {{ share_of("least(greatest(unnamed_total, 0), all_open_amount)", "(through_amount - open_amount)", "all_open_amount") }}
        end
        + case when due_order = instalment_count then greatest(unnamed_total - all_open_amount, 0) else 0 end
        + case when due_order = 1 then least(unnamed_total, 0) else 0 end as unnamed_part
    from queued
),

moved_in_states as (
    select
        *,
        named_total + unnamed_part - coalesce(lag(named_total + unnamed_part) over (
            partition by receipt_allocation, instalment_allocation, company_code, document_no, instalment_no order by application_order
        ), 0) as settling_amount
    from shared
),

laid as (
    select
        receipt_allocation, instalment_allocation, company_code, application_no, leg, document_no, instalment_no, application_rule,
        effective_date, credit_document_no, credit_document_type, credit_document_date, settling_amount,
        'named_or_single' as allocation_rule
    from named
    where instalment_allocation = 'any'
    union all
    select
        receipt_allocation, instalment_allocation, company_code, application_no, leg, document_no, instalment_no, application_rule,
        effective_date, credit_document_no, credit_document_type, credit_document_date, settling_amount,
        instalment_allocation as allocation_rule
    from moved_in_queue
    union all
    select
        receipt_allocation, instalment_allocation, company_code, application_no, leg, document_no, instalment_no, application_rule,
        effective_date, credit_document_no, credit_document_type, credit_document_date, settling_amount,
        instalment_allocation as allocation_rule
    from moved_in_states
)

select
    receipt_allocation,
    instalment_allocation,
    company_code,
    application_no,
    leg,
    document_no,
    instalment_no,
    application_rule,
    allocation_rule,
    effective_date,
    credit_document_no,
    credit_document_type,
    credit_document_date,
    cast(settling_amount as decimal(18, 2)) as settling_amount
from laid
where settling_amount <> 0
