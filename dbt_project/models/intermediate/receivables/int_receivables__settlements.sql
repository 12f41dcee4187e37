-- What settled each instalment, as the aging policy of the as-of date applies and allocates it.
-- Grain: one row per company, application, document and instalment.
{{ config(materialized="view") }}
select
    legs.company_code,
    legs.application_no,
    legs.document_no,
    legs.instalment_no,
    instalments.customer_id,
    instalments.salesperson_code,
    instalments.segment_code,
    instalments.due_date,
    legs.effective_date,
    legs.credit_document_type,
    legs.credit_document_date,
    legs.settling_amount as settled_amount,
    {{ base_amount("legs.settling_amount", "instalments.fx_rate") }} as settled_base_amount
from {{ ref("int_receivables__legs") }} as legs
inner join {{ ref("int_receivables__policies_dated") }} as policies
    on legs.receipt_allocation in ('any', policies.receipt_allocation)
    and legs.instalment_allocation in ('any', policies.instalment_allocation)
inner join {{ ref("int_receivables__instalments_completed") }} as instalments
    on legs.company_code = instalments.company_code
    and legs.document_no = instalments.document_no
    and legs.instalment_no = instalments.instalment_no
where legs.leg = 'debit' and policies.as_of_date = {{ as_of_date() }}
