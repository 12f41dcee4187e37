-- Instalments of documents that have any, in the order in which they fall due, with what falls due before and through each.
-- Grain: one row per company, document and instalment.
{{ config(materialized="view") }}
with ordered as (
    select
        company_code, document_no, instalment_no, due_date, instalment_count, abs(instalment_amount) as amount,
        row_number() over (partition by company_code, document_no order by due_date, instalment_no) as due_order
    from {{ ref("int_ledger__instalments_completed") }}
    where instalment_count > 0
),

summed as (
    select
        *,
        sum(amount) over (
            partition by company_code, document_no order by due_order rows between unbounded preceding and current row
        ) as through_amount
    from ordered
)

select
    company_code,
    document_no,
    instalment_no,
    due_order,
    due_order = instalment_count as is_last,
    instalment_count,
    amount,
    through_amount - amount as before_amount,
    through_amount
from summed
