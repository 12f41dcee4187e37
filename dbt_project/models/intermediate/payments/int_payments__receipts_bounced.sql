-- Debits that charge a receipt again to the customer that had paid it: a cheque or direct debit that bounced.
-- Grain: one row per company, receipt and debit document.
--
-- Recognised by the debit's reference, which names the receipt; else a debit note that the receipt itself settles, posted on the day on which
-- as much of the receipt was taken off what it had settled.
with moved as (
    select
        receipt_allocation, instalment_allocation, company_code, receipt_no, effective_date, document_no,
        sum(settled_amount) as settled_amount
    from {{ ref("int_payments__receipts_applied") }}
    group by receipt_allocation, instalment_allocation, company_code, receipt_no, effective_date, document_no
),

-- What only moves from one instalment to another of a document is not taken off it.
reversed as (
    select
        receipt_allocation, instalment_allocation, company_code, receipt_no, effective_date, -sum(settled_amount) as reversed_amount
    from moved
    where settled_amount < 0
    group by receipt_allocation, instalment_allocation, company_code, receipt_no, effective_date
),

named as (
    select
        receipts.company_code,
        receipts.document_no as receipt_no,
        debits.document_no as debit_document_no,
        debits.accounting_date as bounced_on,
        debits.amount as bounced_amount
    from {{ ref("int_ledger__documents_valued") }} as debits
    inner join {{ ref("int_ledger__documents_valued") }} as receipts
        on debits.company_code = receipts.company_code
        and debits.customer_id = receipts.customer_id
        and debits.currency_code = receipts.currency_code
        and debits.reference_no = receipts.document_no
    where debits.amount > 0 and receipts.document_type in ('receipt', 'advance') and debits.document_type <> 'fx_revaluation'
),

same_day as (
    select distinct
        applied.company_code, applied.receipt_no, debits.document_no as debit_document_no, debits.accounting_date as bounced_on, debits.amount
    from reversed
    inner join {{ ref("int_payments__receipts_applied") }} as applied
        on reversed.company_code = applied.company_code and reversed.receipt_no = applied.receipt_no
    inner join {{ ref("int_ledger__documents_valued") }} as debits
        on applied.company_code = debits.company_code
        and applied.document_no = debits.document_no
        and debits.document_type = 'debit_note'
        and debits.accounting_date = reversed.effective_date
        and debits.amount = reversed.reversed_amount
    where applied.settled_amount > 0
)

select company_code, receipt_no, debit_document_no, bounced_on, bounced_amount, true as is_named
from named
union all
select same_day.company_code, same_day.receipt_no, same_day.debit_document_no, same_day.bounced_on, same_day.amount, false
from same_day
left join named
    on same_day.company_code = named.company_code
    and same_day.receipt_no = named.receipt_no
    and same_day.debit_document_no = named.debit_document_no
where named.debit_document_no is null
