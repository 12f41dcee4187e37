-- What each day brings to the accounts on which policy matches credits with debts: their postings, and the sender's own applications.
-- Grain: one row per receipt_allocation, company, customer, currency, event_date, side and document.
--
-- By reference alone, no more take part than the credits that name a debt and the debts that are named.
with settings as (
    select distinct
        receipt_allocation,
        receipt_allocation <> 'reference' as is_by_amount
    from {{ ref("policy_aging") }}
    where receipt_allocation <> 'none'
),

documents as (
    select * from {{ ref("int_ledger__documents_valued") }} where document_type <> 'fx_revaluation'
),

-- Credits that their sender applied to nothing, not even to what was not delivered. What a credit note or a write-off is for, its sender
-- knows: it is matched by name only.
credits as (
    select documents.*, documents.document_type not in ('receipt', 'advance') as is_by_name_only
    from documents
    left join {{ ref("stg_erp__applications") }} as applications
        on documents.company_code = applications.company_code and documents.document_no = applications.credit_document_no
    where
        documents.document_type in ('receipt', 'advance', 'credit_note', 'write_off')
        and documents.amount < 0
        and applications.application_no is null
),

named as (
    select credits.company_code, credits.document_no as credit_document_no, debts.document_no as debit_document_no
    from credits
    inner join documents as debts
        on credits.company_code = debts.company_code
        and credits.customer_id = debts.customer_id
        and credits.currency_code = debts.currency_code
        and credits.reference_no = debts.document_no
        and debts.amount > 0
),

payers as (
    select distinct company_code, customer_id, currency_code from credits where not is_by_name_only
),

taking_part as (
    select settings.receipt_allocation, credits.company_code, credits.document_no, 'credit' as side
    from credits
    cross join settings
    left join named on credits.company_code = named.company_code and credits.document_no = named.credit_document_no
    where named.credit_document_no is not null or (settings.is_by_amount and not credits.is_by_name_only)
    union
    select settings.receipt_allocation, named.company_code, named.debit_document_no, 'debit'
    from named
    cross join settings
    union
    select settings.receipt_allocation, debts.company_code, debts.document_no, 'debit'
    from documents as debts
    inner join payers
        on debts.company_code = payers.company_code
        and debts.customer_id = payers.customer_id
        and debts.currency_code = payers.currency_code
    inner join settings on settings.is_by_amount
    where debts.amount > 0
),

-- The sender's applications count from their own day, as they do in every balance, whatever they are of.
events as (
    select company_code, document_no, accounting_date as event_date, abs(amount) as amount from documents
    union all
    select
        applications.company_code,
        applications.debit_document_no,
        greatest(coalesce(applications.application_date, used_up.accounting_date), used_up.accounting_date, settled.accounting_date),
        -applications.applied_amount
    from {{ ref("int_ledger__applications_judged") }} as applications
    inner join {{ ref("int_ledger__documents_valued") }} as used_up
        on applications.company_code = used_up.company_code and applications.credit_document_no = used_up.document_no
    inner join documents as settled
        on applications.company_code = settled.company_code and applications.debit_document_no = settled.document_no
    where applications.problem is null
)

select
    taking_part.receipt_allocation,
    documents.company_code,
    documents.customer_id,
    documents.currency_code,
    events.event_date,
    taking_part.side,
    documents.document_no,
    sum(events.amount) as amount,
    documents.accounting_date,
    case when taking_part.side = 'debit' then coalesce(documents.due_date, documents.document_date) end as due_date,
    case when taking_part.side = 'credit' then documents.reference_no end as reference_no,
    taking_part.side = 'credit' and documents.document_type not in ('receipt', 'advance') as is_by_name_only
from taking_part
inner join documents on taking_part.company_code = documents.company_code and taking_part.document_no = documents.document_no
inner join events on documents.company_code = events.company_code and documents.document_no = events.document_no
group by
    taking_part.receipt_allocation, documents.company_code, documents.customer_id, documents.currency_code, events.event_date, taking_part.side,
    documents.document_no, documents.accounting_date, documents.due_date, documents.document_date, documents.reference_no, documents.document_type
