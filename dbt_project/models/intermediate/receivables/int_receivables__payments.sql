-- Payments on instalments: what was paid, when it was received and how many days after it was due.
-- Grain: one row per company, application, document and instalment paid by a receipt or an advance.
with policy as (
    select policies.receipt_allocation, policies.instalment_allocation
    from {{ ref("int_receivables__policies_dated") }} as policies
    inner join {{ ref("stg_ingestion__refresh") }} as refresh on policies.as_of_date = refresh.as_of_date
)

select
    legs.company_code,
    legs.application_no,
    legs.document_no,
    legs.instalment_no,
    instalments.customer_id,
    instalments.salesperson_code,
    instalments.segment_code,
    legs.effective_date,
    legs.credit_document_date as paid_on,
    cast({{ days_between("instalments.due_date", "legs.credit_document_date") }} as integer) as days_late,
    {{ base_amount("legs.settling_amount", "instalments.fx_rate") }} as paid_base_amount
from {{ ref("int_receivables__legs") }} as legs
inner join policy
    on legs.receipt_allocation in ('any', policy.receipt_allocation)
    and legs.instalment_allocation in ('any', policy.instalment_allocation)
inner join {{ ref("int_receivables__instalments_completed") }} as instalments
    on legs.company_code = instalments.company_code
    and legs.document_no = instalments.document_no
    and legs.instalment_no = instalments.instalment_no
where legs.leg = 'debit' and legs.credit_document_type in ('receipt', 'advance')
