-- Both legs of every application on the instalment that it moves: the debt that is settled and the credit that is used up.
-- Grain: one row per receipt_allocation, instalment_allocation, company, application, leg, document, instalment and credit document.
{{ config(materialized="view") }}
{% set carried = ["application_rule", "effective_date", "credit_document_no", "credit_document_type", "credit_document_date"] %}
{% set columns = [
    "receipt_allocation", "instalment_allocation", "company_code", "application_no", "leg", "document_no", "instalment_no", "allocation_rule",
    "settling_amount"
] + carried %}
with whole_document_legs as (
    {% for leg in ["debit", "credit"] %}
    select
        company_code, application_no, '{{ leg }}' as leg, {{ leg }}_document_no as document_no, receipt_allocation,
        {{ "applied_amount" if leg == "debit" else "credit_applied_amount" }} as settling_amount, {{ carried | join(", ") }}
    from {{ ref("int_ledger__applications_dated") }}
    where {{ leg }}_instalment_count = 0
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

placed as (
    select
        coalesce(choices.receipt_allocation, 'any') as receipt_allocation,
        coalesce(choices.instalment_allocation, 'any') as instalment_allocation,
        legs.company_code,
        legs.application_no,
        legs.leg,
        legs.document_no,
        1 as instalment_no,
        'named_or_single' as allocation_rule,
        legs.settling_amount,
        {% for column in carried %}legs.{{ column }}{{ ", " if not loop.last }}{% endfor %}
    from whole_document_legs as legs
    left join {{ ref("int_changes__policy_dependent_documents") }} as choices
        on legs.company_code = choices.company_code and legs.document_no = choices.document_no
    where legs.receipt_allocation in ('any', coalesce(choices.receipt_allocation, 'any'))
)

select {{ columns | join(", ") }} from placed
union all
select {{ columns | join(", ") }} from {{ ref("int_ledger__legs_allocated") }}
