-- Promises to pay, and whether each was kept: its amount paid on its document after it was made and by the promised day.
-- Grain: one row per promise_id.
with payments as (
    select payments.company_code, payments.document_no, payments.paid_on, sum(payments.paid_amount) as paid_amount
    from {{ ref("int_receivables__payments") }} as payments
    inner join {{ ref("int_receivables__policies_dated") }} as aging
        on aging.as_of_date = {{ as_of_date() }} and {{ is_chosen_by("aging", "payments") }}
    group by payments.company_code, payments.document_no, payments.paid_on
),

paid as (
    select
        promises.promise_id,
        sum(case when payments.paid_on > promises.promised_on and payments.paid_on <= promises.promised_date then payments.paid_amount else 0 end)
            as paid_amount
    from {{ ref("stg_crm__promises_to_pay") }} as promises
    left join payments
        on promises.company_code = payments.company_code and promises.document_no = payments.document_no
    group by promises.promise_id
)

select
    promises.promise_id,
    documents.customer_id,
    promises.promised_on,
    promises.promised_date,
    paid.paid_amount >= promises.promised_amount as is_kept
from {{ ref("stg_crm__promises_to_pay") }} as promises
inner join {{ ref("int_receivables__documents_valued") }} as documents
    on promises.company_code = documents.company_code and promises.document_no = documents.document_no
inner join paid on promises.promise_id = paid.promise_id
