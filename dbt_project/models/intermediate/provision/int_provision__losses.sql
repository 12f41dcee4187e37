-- Amounts written off of instalments, with the day on which each counts, up to the as-of date.
-- Grain: one row per company, document, instalment and effective_date.
with policy as (
    select policies.receipt_allocation, policies.instalment_allocation
    from {{ ref("int_receivables__policies_dated") }} as policies
    inner join {{ ref("stg_ingestion__refresh") }} as refresh on policies.as_of_date = refresh.as_of_date
)

select
    legs.company_code,
    legs.document_no,
    legs.instalment_no,
    legs.effective_date,
    sum({{ base_amount("legs.settling_amount", "instalments.fx_rate") }}) as written_off_base_amount
from {{ ref("int_receivables__legs") }} as legs
inner join policy
    on legs.receipt_allocation in ('any', policy.receipt_allocation)
    and legs.instalment_allocation in ('any', policy.instalment_allocation)
inner join {{ ref("int_receivables__instalments_completed") }} as instalments
    on legs.company_code = instalments.company_code
    and legs.document_no = instalments.document_no
    and legs.instalment_no = instalments.instalment_no
where legs.leg = 'debit' and legs.credit_document_type = 'write_off' and legs.effective_date <= {{ as_of_date() }}
group by legs.company_code, legs.document_no, legs.instalment_no, legs.effective_date
