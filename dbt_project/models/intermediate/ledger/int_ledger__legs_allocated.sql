-- Legs of applications on documents with instalments, laid onto them: on the one that is named, else as the allocation policy says.
-- Grain: one row per receipt_allocation, instalment_allocation, company, application, leg, document, instalment and credit document that it moves.
--
-- fifo_by_due_date fills the earliest due first: where nothing is taken back or named, the parts of a queue between the total before an
-- application and the one after it, else see int_ledger__legs_walked. In pro_rata the unnamed total U is spread over what names leave:
-- an instalment has round(U x through_i / all) - round(U x before_i / all), through_i and before_i being what is left through it and before it;
-- the last takes what exceeds them all, the first what is taken back beyond all. Each application moves the change since the one before.
{{ config(
    materialized="incremental", incremental_strategy="append", on_schema_change="sync_all_columns",
    pre_hook={"sql": "{{ forget_changed_documents() }}", "transaction": false}
) }}
{% set document = ["receipt_allocation", "instalment_allocation", "company_code", "document_no"] %}
{% set key = document | join(", ") %}
-- depends_on: {{ ref("int_changes__documents_changed") }}
with legs as (
    select ordered.* from {{ ref("int_ledger__legs_ordered") }} as ordered
    where {{ is_of_changed_document("ordered") }}
),

queued as (
    select
        *,
        case when due_order = 1 then null else before_amount end as lower_bound,
        case when is_last then null else through_amount end as upper_bound
    from {{ ref("int_ledger__instalments_queued") }}
),

laid_in_queue as (
    select
        legs.{{ document | join(", legs.") }}, legs.application_order, legs.other_document_no, queued.instalment_no,
        -- A bound that is null bounds nothing: greatest and least pass over it.
        least(greatest(legs.unnamed_total, queued.lower_bound), queued.upper_bound)
        - least(greatest(legs.unnamed_total - legs.settling_amount, queued.lower_bound), queued.upper_bound) as settling_amount
    from legs
    inner join queued
        on legs.company_code = queued.company_code
        and legs.document_no = queued.document_no
        and (queued.lower_bound is null or legs.unnamed_total > queued.lower_bound)
        and (queued.upper_bound is null or legs.unnamed_total - legs.settling_amount < queued.upper_bound)
    where legs.laying = 'queue'
),

-- What names leave of each instalment after each application, in pro_rata.
left_by_names as (
    select
        legs.{{ document | join(", legs.") }}, legs.application_order, legs.instalment_no is null as is_unnamed, queued.instalment_no,
        queued.due_order, queued.is_last,
        cast(greatest(
            queued.amount - sum(case when legs.instalment_no = queued.instalment_no then legs.settling_amount else 0 end) over (
                partition by legs.{{ document | join(", legs.") }}, queued.instalment_no order by legs.application_order
                rows between unbounded preceding and current row
            ),
            0
        ) as decimal(18, 2)) as left_amount
    from legs
    inner join queued on legs.company_code = queued.company_code and legs.document_no = queued.document_no
    where legs.laying = 'pro_rata'
),

left_through as (
    select
        *,
        cast(sum(left_amount) over (
            partition by {{ key }}, application_order order by due_order rows between unbounded preceding and current row
        ) as decimal(18, 2)) as through_amount,
        cast(sum(left_amount) over (partition by {{ key }}, application_order) as decimal(18, 2)) as all_amount
    from left_by_names
),

-- An unnamed application is spread as it comes, and anew after every named one that follows it.
unnamed as (
    select * from legs where instalment_no is null
),

spreading as (
    select states.*, laid.application_order as laid_order, laid.other_document_no, laid.unnamed_total, laid.settling_amount
    from left_through as states
    inner join unnamed as laid
        on {% for column in document %}states.{{ column }} = laid.{{ column }} and {% endfor %}states.application_order = laid.application_order
    union all
    select states.*, laid.application_order as laid_order, laid.other_document_no, laid.unnamed_total, laid.settling_amount
    from left_through as states
    inner join unnamed as laid
        on {% for column in document %}states.{{ column }} = laid.{{ column }} and {% endfor %}states.application_order > laid.application_order
    where not states.is_unnamed
),

-- What each has on each instalment then.
spread as (
    select
        {{ key }}, application_order, instalment_no, laid_order, other_document_no
        {%- for edge, total in [("through", "unnamed_total"), ("before", "(unnamed_total - settling_amount)")] %},
        case
            when all_amount = 0 then 0
            else
                {{ share_of("least(greatest(" ~ total ~ ", 0), all_amount)", "through_amount", "all_amount") }}
                - {{ share_of("least(greatest(" ~ total ~ ", 0), all_amount)", "(through_amount - left_amount)", "all_amount") }}
        end
        + case when is_last then greatest({{ total }} - all_amount, 0) else 0 end
        + case when due_order = 1 then least({{ total }}, 0) else 0 end as amount_{{ edge }}
        {%- endfor %}
    from spreading
),

laid_pro_rata as (
    select
        {{ key }}, application_order, other_document_no, instalment_no,
        amount_through - amount_before - coalesce(lag(amount_through - amount_before) over (
            partition by {{ key }}, laid_order, instalment_no order by application_order
        ), 0) as settling_amount
    from spread
),

laid as (
    select {{ key }}, application_order, other_document_no, instalment_no, settling_amount, 'named_or_single' as allocation_rule
    from legs
    where laying = 'named'
    union all
    select {{ key }}, application_order, other_document_no, instalment_no, settling_amount, instalment_allocation as allocation_rule
    from laid_in_queue
    union all
    select {{ key }}, application_order, other_document_no, instalment_no, settling_amount, instalment_allocation as allocation_rule
    from laid_pro_rata
    union all
    select {{ key }}, application_order, other_document_no, instalment_no, settling_amount, instalment_allocation as allocation_rule
    from legs
    where laying = 'pro_rata' and instalment_no is not null
    union all
    select
        walked.{{ document | join(", walked.") }}, walked.application_order, walked.other_document_no, queued.instalment_no, walked.settling_amount,
        walked.instalment_allocation as allocation_rule
    from {{ ref("int_ledger__legs_walked") }} as walked
    inner join queued
        on walked.company_code = queued.company_code and walked.document_no = queued.document_no and walked.due_order = queued.due_order
    where {{ is_of_changed_document("walked") }}
),

others as (
    select {{ key }}, other_document_no, min(application_order) as application_order
    from legs
    group by {{ key }}, other_document_no
)

select
    laid.{{ document | join(",\n    laid.") }},
    legs.application_no,
    legs.leg,
    laid.instalment_no,
    legs.application_rule,
    laid.allocation_rule,
    legs.effective_date,
    moved.credit_document_no,
    moved.credit_document_type,
    moved.credit_document_date,
    cast(sum(laid.settling_amount) as decimal(18, 2)) as settling_amount
from laid
inner join legs
    on {% for column in document %}laid.{{ column }} = legs.{{ column }} and {% endfor %}laid.application_order = legs.application_order
-- What is moved need not be what is applied: a named application moves what lay there unnamed.
inner join others
    on {% for column in document %}laid.{{ column }} = others.{{ column }} and {% endfor %}laid.other_document_no = others.other_document_no
inner join legs as moved
    on {% for column in document %}others.{{ column }} = moved.{{ column }} and {% endfor %}others.application_order = moved.application_order
group by
    laid.{{ document | join(", laid.") }}, legs.application_no, legs.leg, laid.instalment_no, legs.application_rule, laid.allocation_rule,
    legs.effective_date, moved.credit_document_no, moved.credit_document_type, moved.credit_document_date
having sum(laid.settling_amount) <> 0
