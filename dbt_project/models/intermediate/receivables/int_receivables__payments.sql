-- Payments on instalments: what was paid, when it was received and how many days after it was due.
-- Grain: one row per company, application, document and instalment paid by a receipt or an advance.
select
    allocated.company_code,
    allocated.application_no,
    allocated.document_no,
    allocated.instalment_no,
    instalments.customer_id,
    allocated.effective_date,
    allocated.credit_document_date as paid_on,
    cast({{ dbt.datediff("instalments.due_date", "allocated.credit_document_date", "day") }} as integer) as days_late,
    cast(round(allocated.settling_amount * instalments.fx_rate, 2) as decimal(18, 2)) as paid_base_amount
from {{ ref("int_receivables__applications_allocated") }} as allocated
inner join {{ ref("int_receivables__instalments_completed") }} as instalments
    on allocated.company_code = instalments.company_code
    and allocated.document_no = instalments.document_no
    and allocated.instalment_no = instalments.instalment_no
where allocated.leg = 'debit' and allocated.credit_document_type in ('receipt', 'advance')
