-- Documents with their unified customer, their company's base currency and their rate into it, and how many instalments of it count.
-- Grain: one row per company and document.
with delivered_parts as (
    select company_code, document_no, count(*) as instalment_count
    from {{ ref("int_ledger__instalments_counted") }}
    group by company_code, document_no
)

select
    documents.company_code,
    documents.document_no,
    documents.document_type,
    accounts.customer_id,
    documents.customer_code,
    documents.document_date,
    documents.accounting_date,
    documents.due_date,
    documents.currency_code,
    documents.amount,
    base_currencies.base_currency_code,
    {{ rate_stated_or_of_day("documents") }} as fx_rate,
    documents.reference_no,
    documents.order_no,
    coalesce(documents.salesperson_code, customers.salesperson_code, 'unassigned') as salesperson_code,
    coalesce(customers.segment_code, 'unassigned') as segment_code,
    cast(coalesce(delivered_parts.instalment_count, 0) as integer) as delivered_instalment_count
from {{ ref("stg_erp__documents") }} as documents
inner join {{ ref("int_currencies__base") }} as base_currencies on documents.company_code = base_currencies.company_code
inner join {{ ref("int_identity__accounts_named") }} as accounts
    on documents.company_code = accounts.company_code and documents.customer_code = accounts.customer_code
left join {{ ref("stg_erp__customers") }} as customers
    on accounts.company_code = customers.company_code and accounts.master_code = customers.customer_code
left join delivered_parts
    on documents.company_code = delivered_parts.company_code and documents.document_no = delivered_parts.document_no
{{ left_join_rate_of_day("documents", "accounting_date") }}
