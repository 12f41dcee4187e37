-- Both legs of every application on the instalment that it moves: the debt that is settled and the credit that is used up.
-- Grain: one row per receipt_allocation, instalment_allocation, company, application, leg, document and instalment.
{{ config(materialized="view") }}
with single_legs as (
    select
        company_code, application_no, 'debit' as leg, debit_document_no as document_no, receipt_allocation, application_rule,
        effective_date, applied_amount, credit_document_type, credit_document_date
    from {{ ref("int_receivables__applications_dated") }}
    where debit_instalment_count = 0
    union all
    select
        company_code, application_no, 'credit', credit_document_no, receipt_allocation, application_rule,
        effective_date, applied_amount, credit_document_type, credit_document_date
    from {{ ref("int_receivables__applications_dated") }}
    where credit_instalment_count = 0
),

dependent as (
    select distinct company_code, document_no from {{ ref("int_receivables__policy_dependent_documents") }}
)

select
    'any' as receipt_allocation,
    'any' as instalment_allocation,
    legs.company_code,
    legs.application_no,
    legs.leg,
    legs.document_no,
    1 as instalment_no,
    legs.application_rule,
    'named_or_single' as allocation_rule,
    legs.effective_date,
    legs.credit_document_type,
    legs.credit_document_date,
    legs.applied_amount as settling_amount
from single_legs as legs
left join dependent on legs.company_code = dependent.company_code and legs.document_no = dependent.document_no
where dependent.document_no is null
union all
select
    choices.receipt_allocation,
    choices.instalment_allocation,
    legs.company_code,
    legs.application_no,
    legs.leg,
    legs.document_no,
    1 as instalment_no,
    legs.application_rule,
    'named_or_single' as allocation_rule,
    legs.effective_date,
    legs.credit_document_type,
    legs.credit_document_date,
    legs.applied_amount as settling_amount
from single_legs as legs
inner join {{ ref("int_receivables__policy_dependent_documents") }} as choices
    on legs.company_code = choices.company_code and legs.document_no = choices.document_no
where legs.receipt_allocation in ('any', choices.receipt_allocation)
union all
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
    credit_document_type,
    credit_document_date,
    settling_amount
from {{ ref("int_receivables__legs_allocated") }}
