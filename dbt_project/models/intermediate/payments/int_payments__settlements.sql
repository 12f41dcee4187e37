-- What settled each instalment, once for each choice of the aging policies in force on the balance dates that changes it.
-- Grain: one row per receipt_allocation, instalment_allocation, company, application, document, instalment and credit document.
{{ config(materialized="view") }}
select
    legs.receipt_allocation,
    legs.instalment_allocation,
    legs.company_code,
    legs.application_no,
    legs.document_no,
    legs.instalment_no,
    instalments.document_type,
    instalments.customer_id,
    instalments.salesperson_code,
    instalments.segment_code,
    instalments.due_date,
    instalments.fx_rate,
    legs.effective_date,
    legs.credit_document_no,
    legs.credit_document_type,
    legs.credit_document_date,
    legs.settling_amount as settled_amount,
    {{ base_amount("legs.settling_amount", "instalments.fx_rate") }} as settled_base_amount
from {{ ref("int_ledger__legs") }} as legs
inner join {{ ref("int_ledger__instalments_completed") }} as instalments
    on legs.company_code = instalments.company_code
    and legs.document_no = instalments.document_no
    and legs.instalment_no = instalments.instalment_no
where
    legs.leg = 'debit'
    and exists (select 1 from {{ ref("int_dates__receivables_policies") }} as policies where {{ is_chosen_by("policies", "legs") }})
