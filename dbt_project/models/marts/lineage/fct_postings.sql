-- Postings on customers' receivable accounts up to the as-of date: what sales, payments, write-offs and roll-forward are sums of.
-- Grain: one row per company_code and document_no.
{{ config(materialized="view") }}
select
    {{ as_of_date() }} as as_of_date,
    company_code,
    document_no,
    document_type,
    customer_id,
    salesperson_code,
    segment_code,
    accounting_date,
    currency_code,
    amount,
    cast({{ base_amount("amount", "fx_rate") }} as decimal(18, 2)) as base_amount
from {{ ref("int_ledger__documents_valued") }}
where accounting_date <= {{ as_of_date() }}
