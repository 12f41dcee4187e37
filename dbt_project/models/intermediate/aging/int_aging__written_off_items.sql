-- What was written off of each instalment between an observed date and the month-end before it.
-- Grain: one row per as_of_date, company, document and instalment.
select
    dates.as_of_date,
    legs.company_code,
    legs.document_no,
    legs.instalment_no,
    sum(legs.settling_amount) as written_off_amount
from {{ ref("int_ledger__legs") }} as legs
inner join {{ ref("int_dates__observed") }} as dates
    on legs.effective_date > dates.previous_date and legs.effective_date <= dates.as_of_date
inner join {{ ref("int_dates__receivables_policies") }} as policies
    on dates.as_of_date = policies.as_of_date
    and {{ is_chosen_by("policies", "legs") }}
where legs.leg = 'debit' and legs.credit_document_type = 'write_off'
group by dates.as_of_date, legs.company_code, legs.document_no, legs.instalment_no
