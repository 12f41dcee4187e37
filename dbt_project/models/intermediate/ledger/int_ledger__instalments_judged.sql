-- The sender's instalments, and why those of a document cannot count that belong to none, or do not come to it.
-- Grain: one row per company, document and instalment.
with summed as (
    select *, sum(amount) over (partition by company_code, document_no) as parts_amount
    from {{ ref("stg_erp__instalments") }}
)

select
    summed.company_code,
    summed.document_no,
    summed.instalment_no,
    summed.due_date,
    summed.amount,
    documents.currency_code,
    case
        when documents.document_no is null then 'document ' || summed.document_no || ' was not delivered'
        when summed.parts_amount <> documents.amount
            then 'document ' || summed.document_no || ' is ' || cast(documents.amount as varchar)
            || ', its parts come to ' || cast(summed.parts_amount as varchar)
    end as problem,
    summed.load_id,
    summed.line_number
from summed
left join {{ ref("stg_erp__documents") }} as documents
    on summed.company_code = documents.company_code and summed.document_no = documents.document_no
