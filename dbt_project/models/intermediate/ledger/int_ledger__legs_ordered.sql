-- Legs of applications on documents with instalments, in the order in which they count, each with the instalment that it names.
-- Grain: one row per receipt_allocation, instalment_allocation, company, document, application and leg.
--
-- `laying` says what lays them: every one names its instalment; in fifo_by_due_date a plain queue where all are unnamed and none is taken back,
-- else one application after another; or pro_rata.
{{ config(
    materialized="incremental", incremental_strategy="append", on_schema_change="sync_all_columns",
    pre_hook={"sql": "{{ forget_changed_documents() }}", "transaction": false}
) }}
-- depends_on: {{ ref("int_changes__documents_changed") }}
with legs as (
    {% for leg, other in [("debit", "credit"), ("credit", "debit")] %}
    select
        company_code, application_no, '{{ leg }}' as leg, {{ leg }}_document_no as document_no, {{ other }}_document_no as other_document_no,
        {{ "debit_instalment_no" if leg == "debit" else "cast(null as integer)" }} as instalment_no, receipt_allocation, application_rule,
        effective_date, {{ "applied_amount" if leg == "debit" else "credit_applied_amount" }} as settling_amount, credit_document_no, credit_document_type, credit_document_date
    from {{ ref("int_ledger__applications_dated") }}
    where {{ leg }}_instalment_count > 0
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

named as (
    select
        coalesce(choices.receipt_allocation, 'any') as receipt_allocation,
        coalesce(choices.instalment_allocation, 'any') as instalment_allocation,
        legs.company_code, legs.document_no, legs.application_no, legs.leg, legs.other_document_no,
        -- A name that the document does not have is left to policy; where there is one instalment there is nothing to choose.
        coalesce(instalments.instalment_no, only_one.instalment_no) as instalment_no,
        coalesce(instalments.due_order, only_one.due_order) as due_order,
        legs.application_rule, legs.effective_date, legs.settling_amount, legs.credit_document_no, legs.credit_document_type,
        legs.credit_document_date
    from legs
    left join {{ ref("int_ledger__instalments_queued") }} as instalments
        on legs.company_code = instalments.company_code
        and legs.document_no = instalments.document_no
        and legs.instalment_no = instalments.instalment_no
    left join {{ ref("int_ledger__instalments_queued") }} as only_one
        on legs.company_code = only_one.company_code
        and legs.document_no = only_one.document_no
        and only_one.instalment_count = 1
    left join {{ ref("int_changes__policy_dependent_documents") }} as choices
        on legs.company_code = choices.company_code and legs.document_no = choices.document_no
    where
        legs.receipt_allocation in ('any', coalesce(choices.receipt_allocation, 'any'))
        and {{ is_of_changed_document("legs") }}
),

ordered as (
    select
        *,
        row_number() over (document order by effective_date, application_no, leg) as application_order,
        sum(case when instalment_no is null then settling_amount else 0 end) over (
            document order by effective_date, application_no, leg rows between unbounded preceding and current row
        ) as unnamed_total,
        max(case when instalment_no is null and settling_amount >= 0 then 0 else 1 end) over document as is_shifting
    from named
    window document as (partition by receipt_allocation, instalment_allocation, company_code, document_no)
)

select
    receipt_allocation,
    instalment_allocation,
    company_code,
    document_no,
    application_no,
    leg,
    other_document_no,
    instalment_no,
    due_order,
    application_order,
    cast(unnamed_total as decimal(18, 2)) as unnamed_total,
    case
        when instalment_allocation = 'any' then 'named'
        when instalment_allocation = 'fifo_by_due_date' and is_shifting = 0 then 'queue'
        when instalment_allocation = 'fifo_by_due_date' then 'walk'
        else instalment_allocation
    end as laying,
    application_rule,
    effective_date,
    settling_amount,
    credit_document_no,
    credit_document_type,
    credit_document_date
from ordered
