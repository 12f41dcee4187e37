-- Documents whose open balances depend on a choice of policy: receipts that policy applies, and parts that it allocates.
-- Grain: one row per company, document, receipt_allocation and instalment_allocation; `any` where the choice changes nothing.
with receipt_choices as (
    select distinct receipt_allocation from {{ ref("policy_aging") }}
),

instalment_choices as (
    select distinct instalment_allocation from {{ ref("policy_aging") }}
),

applications as (
    select * from {{ ref("int_ledger__applications_dated") }}
),

receipt_dependent as (
    select company_code, credit_document_no as document_no from applications where receipt_allocation <> 'any'
    union
    select company_code, debit_document_no from applications where receipt_allocation <> 'any'
),

unnamed as (
    select company_code, debit_document_no as document_no, debit_instalment_no as instalment_no
    from applications
    where debit_instalment_count > 1
    union all
    select company_code, credit_document_no, null
    from applications
    where credit_instalment_count > 1
),

instalment_dependent as (
    select distinct unnamed.company_code, unnamed.document_no
    from unnamed
    left join {{ ref("int_ledger__instalments_counted") }} as instalments
        on unnamed.company_code = instalments.company_code
        and unnamed.document_no = instalments.document_no
        and unnamed.instalment_no = instalments.instalment_no
    where instalments.instalment_no is null
)

select distinct
    coalesce(receipt_dependent.company_code, instalment_dependent.company_code) as company_code,
    coalesce(receipt_dependent.document_no, instalment_dependent.document_no) as document_no,
    case when receipt_dependent.document_no is null then 'any' else receipt_choices.receipt_allocation end as receipt_allocation,
    case when instalment_dependent.document_no is null then 'any' else instalment_choices.instalment_allocation end as instalment_allocation
from receipt_dependent
full outer join instalment_dependent
    on receipt_dependent.company_code = instalment_dependent.company_code
    and receipt_dependent.document_no = instalment_dependent.document_no
cross join receipt_choices
cross join instalment_choices
