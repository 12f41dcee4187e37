-- What was billed of each order, day by day, in the order's currency: invoices less the credit notes that undo them.
-- Grain: one row per company_code, order_no and accounting_date.
--
-- A credit note undoes what its order billed when it names the order, or an invoice of it. An invoice in another currency than the
-- order's is converted by the document's rate and the rate of its day, else by the document's and the order's own.
with postings as (
    select company_code, order_no, accounting_date, currency_code, amount, fx_rate
    from {{ ref("int_ledger__documents_valued") }}
    where document_type in ('invoice', 'credit_note') and order_no is not null
    union all
    select
        credit_notes.company_code, invoices.order_no, credit_notes.accounting_date, credit_notes.currency_code, credit_notes.amount,
        credit_notes.fx_rate
    from {{ ref("int_ledger__documents_valued") }} as credit_notes
    inner join {{ ref("int_ledger__documents_valued") }} as invoices
        on credit_notes.company_code = invoices.company_code and credit_notes.reference_no = invoices.document_no
    where credit_notes.document_type = 'credit_note' and credit_notes.order_no is null and invoices.document_type = 'invoice'
),

rated as (
    select
        postings.company_code,
        postings.order_no,
        postings.accounting_date,
        postings.amount,
        postings.fx_rate,
        postings.currency_code = orders.currency_code as is_in_order_currency,
        case
            when orders.currency_code = companies.base_currency_code then 1
            else coalesce(rates.fx_rate, orders.fx_rate)
        end as order_fx_rate
    from postings
    inner join {{ ref("stg_erp__orders") }} as orders
        on postings.company_code = orders.company_code and postings.order_no = orders.order_no
    inner join {{ ref("int_currencies__base") }} as companies on postings.company_code = companies.company_code
    left join {{ ref("int_currencies__daily_rates") }} as rates
        on orders.currency_code = rates.currency_code
        and companies.base_currency_code = rates.base_currency_code
        and postings.accounting_date = rates.valued_on
),

daily as (
    select
        company_code,
        order_no,
        accounting_date,
        {{ known_sum("case when is_in_order_currency then amount else " ~ converted_amount("amount", "fx_rate", "order_fx_rate") ~ " end") }} as billed_amount
    from rated
    group by company_code, order_no, accounting_date
),

cumulated as (
    select
        *,
        sum(billed_amount) over (
            partition by company_code, order_no order by accounting_date rows between unbounded preceding and current row
        ) as billed_through_amount
    from daily
)

select
    company_code,
    order_no,
    accounting_date,
    billed_amount,
    case
        when billed_amount < 0
            then max(billed_through_amount) over (
                partition by company_code, order_no order by accounting_date rows between unbounded preceding and 1 preceding
            )
    end as most_billed_before_amount
from cumulated
