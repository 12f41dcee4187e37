-- What moved each instalment's balance up to the as-of date under the policies in force on the reporting dates: applications that settle
-- a debt or use up a credit.
-- Grain: one row per receipt_allocation, instalment_allocation, company_code, document_no, instalment_no, application_no and leg.
{{ config(materialized="view") }}
select
    {{ as_of_date() }} as as_of_date,
    legs.receipt_allocation,
    legs.instalment_allocation,
    legs.company_code,
    legs.document_no,
    legs.instalment_no,
    legs.application_no,
    legs.leg,
    legs.application_rule,
    applications.debit_document_no,
    applications.credit_document_no,
    legs.effective_date,
    cast(sum(case legs.leg when 'debit' then -legs.settling_amount else legs.settling_amount end) as decimal(18, 2)) as balance_change_amount
from {{ ref("int_ledger__legs") }} as legs
inner join {{ ref("int_ledger__applications_dated") }} as applications
    on legs.company_code = applications.company_code
    and legs.application_no = applications.application_no
    and (applications.receipt_allocation = 'any' or legs.receipt_allocation = applications.receipt_allocation)
where
    legs.effective_date <= {{ as_of_date() }}
    and exists (
        select 1 from {{ ref("int_dates__receivables_policies") }} as policies
        inner join {{ ref("int_dates__reporting") }} as dates on policies.as_of_date = dates.as_of_date
        where
            legs.receipt_allocation in ('any', policies.receipt_allocation)
            and legs.instalment_allocation in ('any', policies.instalment_allocation)
    )
group by
    legs.receipt_allocation, legs.instalment_allocation, legs.company_code, legs.document_no, legs.instalment_no, legs.application_no, legs.leg,
    legs.application_rule, applications.debit_document_no, applications.credit_document_no, legs.effective_date
-- What moves on to another instalment when one is named gives way in full to what named it.
having sum(legs.settling_amount) <> 0
