-- Instalments of every document: those delivered, or the whole document as its only one.
-- Grain: one row per company, document and instalment.
with delivered as (
    select
        instalments.company_code,
        instalments.document_no,
        instalments.instalment_no,
        instalments.due_date,
        instalments.amount as instalment_amount
    from {{ ref("stg_erp__instalments") }} as instalments
),

documents_with_parts as (
    select distinct company_code, document_no from delivered
),

parts as (
    select documents.*, delivered.instalment_no, delivered.due_date as part_due_date, delivered.instalment_amount
    from {{ ref("int_receivables__documents_valued") }} as documents
    inner join delivered
        on documents.company_code = delivered.company_code and documents.document_no = delivered.document_no
    union all
    select documents.*, 1 as instalment_no, documents.due_date as part_due_date, documents.amount as instalment_amount
    from {{ ref("int_receivables__documents_valued") }} as documents
    left join documents_with_parts
        on documents.company_code = documents_with_parts.company_code
        and documents.document_no = documents_with_parts.document_no
    where documents_with_parts.document_no is null
)

select
    company_code,
    document_no,
    cast(instalment_no as integer) as instalment_no,
    document_type,
    customer_id,
    customer_code,
    document_date,
    accounting_date,
    -- A document without a due date ages from its own date.
    coalesce(part_due_date, document_date) as due_date,
    currency_code,
    instalment_amount,
    base_currency_code,
    fx_rate,
    salesperson_code,
    segment_code,
    count(*) over (partition by company_code, document_no) as instalment_count
from parts
