-- Applications that policy makes of receipts that their sender applied to nothing: by reference, by exact amount, then oldest first.
-- Grain: one row per receipt_allocation, company, receipt and document that it settles.
--
-- Causal: receipts and debts queue in the order in which they were posted, so what is posted later never changes an earlier match.
-- Of debts, only what the sender's own applications leave open is matched.
with settings as (
    select distinct
        receipt_allocation,
        receipt_allocation <> 'reference' as is_by_amount,
        receipt_allocation = 'reference_amount_fifo' as is_oldest_first
    from {{ ref("policy_aging") }}
    where receipt_allocation <> 'none'
),

receipts as (
    select
        documents.company_code, documents.customer_id, documents.currency_code, documents.document_no, documents.accounting_date,
        documents.reference_no, -documents.amount as amount
    from {{ ref("int_receivables__documents_valued") }} as documents
    left join {{ ref("stg_erp__applications") }} as applications
        on documents.company_code = applications.company_code and documents.document_no = applications.credit_document_no
    where documents.document_type in ('receipt', 'advance') and documents.amount < 0 and applications.application_no is null
),

payers as (
    select distinct company_code, customer_id, currency_code from receipts
),

applied as (
    select company_code, debit_document_no as document_no, sum(applied_amount) as amount
    from {{ ref("stg_erp__applications") }}
    group by company_code, debit_document_no
),

debts as (
    select
        documents.company_code, documents.customer_id, documents.currency_code, documents.document_no, documents.accounting_date,
        coalesce(documents.due_date, documents.document_date) as due_date,
        documents.amount - coalesce(applied.amount, 0) as amount
    from {{ ref("int_receivables__documents_valued") }} as documents
    inner join payers
        on documents.company_code = payers.company_code
        and documents.customer_id = payers.customer_id
        and documents.currency_code = payers.currency_code
    left join applied on documents.company_code = applied.company_code and documents.document_no = applied.document_no
    where documents.amount > coalesce(applied.amount, 0) and documents.amount > 0
),

referenced as (
    select
        receipts.company_code,
        receipts.document_no as credit_document_no,
        debts.document_no as debit_document_no,
        receipts.amount,
        debts.amount as owed_amount,
        sum(receipts.amount) over (
            partition by debts.company_code, debts.document_no order by receipts.accounting_date, receipts.document_no
            rows between unbounded preceding and current row
        ) as claimed_through
    from receipts
    inner join debts
        on receipts.company_code = debts.company_code
        and receipts.customer_id = debts.customer_id
        and receipts.currency_code = debts.currency_code
        and receipts.reference_no = debts.document_no
),

by_reference as (
    select
        company_code, credit_document_no, debit_document_no,
        least(claimed_through, owed_amount) - (claimed_through - amount) as applied_amount
    from referenced
    where owed_amount > claimed_through - amount
),

receipts_left as (
    select receipts.*, receipts.amount - coalesce(taken.applied_amount, 0) as amount_left
    from receipts
    left join by_reference as taken
        on receipts.company_code = taken.company_code and receipts.document_no = taken.credit_document_no
),

taken_by_reference as (
    select company_code, debit_document_no, sum(applied_amount) as applied_amount
    from by_reference
    group by company_code, debit_document_no
),

debts_left as (
    select debts.*, debts.amount - coalesce(taken.applied_amount, 0) as amount_left
    from debts
    left join taken_by_reference as taken
        on debts.company_code = taken.company_code and debts.document_no = taken.debit_document_no
),

receipts_in_turn as (
    select *, row_number() over (
        partition by company_code, customer_id, currency_code, amount_left order by accounting_date, document_no
    ) as turn
    from receipts_left
    where amount_left > 0
),

debts_in_turn as (
    select *, row_number() over (
        partition by company_code, customer_id, currency_code, amount_left order by accounting_date, due_date, document_no
    ) as turn
    from debts_left
    where amount_left > 0
),

by_amount as (
    select
        receipts.company_code, receipts.document_no as credit_document_no, debts.document_no as debit_document_no,
        receipts.amount_left as applied_amount
    from receipts_in_turn as receipts
    inner join debts_in_turn as debts
        on receipts.company_code = debts.company_code
        and receipts.customer_id = debts.customer_id
        and receipts.currency_code = debts.currency_code
        and receipts.amount_left = debts.amount_left
        and receipts.turn = debts.turn
),

receipts_queued as (
    select receipts.*, sum(receipts.amount_left) over (
        partition by receipts.company_code, receipts.customer_id, receipts.currency_code order by receipts.accounting_date, receipts.document_no
        rows between unbounded preceding and current row
    ) as queued_through
    from receipts_left as receipts
    left join by_amount as taken
        on receipts.company_code = taken.company_code and receipts.document_no = taken.credit_document_no
    where receipts.amount_left > 0 and taken.credit_document_no is null
),

debts_queued as (
    select debts.*, sum(debts.amount_left) over (
        partition by debts.company_code, debts.customer_id, debts.currency_code order by debts.accounting_date, debts.due_date, debts.document_no
        rows between unbounded preceding and current row
    ) as queued_through
    from debts_left as debts
    left join by_amount as taken
        on debts.company_code = taken.company_code and debts.document_no = taken.debit_document_no
    where debts.amount_left > 0 and taken.debit_document_no is null
),

oldest_first as (
    select
        receipts.company_code,
        receipts.document_no as credit_document_no,
        debts.document_no as debit_document_no,
        least(receipts.queued_through, debts.queued_through)
        - greatest(receipts.queued_through - receipts.amount_left, debts.queued_through - debts.amount_left) as applied_amount
    from receipts_queued as receipts
    inner join debts_queued as debts
        on receipts.company_code = debts.company_code
        and receipts.customer_id = debts.customer_id
        and receipts.currency_code = debts.currency_code
        and receipts.queued_through > debts.queued_through - debts.amount_left
        and debts.queued_through > receipts.queued_through - receipts.amount_left
),

matched as (
    select settings.receipt_allocation, 'exact_reference' as application_rule, by_reference.*
    from by_reference cross join settings
    union all
    select settings.receipt_allocation, 'exact_amount' as application_rule, by_amount.*
    from by_amount cross join settings
    where settings.is_by_amount
    union all
    select settings.receipt_allocation, 'oldest_first' as application_rule, oldest_first.*
    from oldest_first cross join settings
    where settings.is_oldest_first
)

select
    receipt_allocation,
    company_code,
    application_rule || ':' || credit_document_no || ':' || debit_document_no as application_no,
    credit_document_no,
    debit_document_no,
    cast(applied_amount as decimal(18, 2)) as applied_amount,
    application_rule
from matched
