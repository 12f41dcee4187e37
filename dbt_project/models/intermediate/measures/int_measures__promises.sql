-- Promises to pay that fell due in the window, and the part of them that was kept: paid in full on its document by the promised day.
-- Grain: one row per as_of_date and customer_id with promises due.
with payments as (
    select company_code, document_no, paid_on, sum(paid_amount) as paid_amount
    from {{ ref("int_receivables__payments") }}
    group by company_code, document_no, paid_on
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
),

judged as (
    select
        documents.customer_id,
        promises.promised_date,
        count(*) as promise_count,
        count(case when paid.paid_amount >= promises.promised_amount then 1 end) as kept_count
    from {{ ref("stg_crm__promises_to_pay") }} as promises
    inner join {{ ref("int_receivables__documents_valued") }} as documents
        on promises.company_code = documents.company_code and promises.document_no = documents.document_no
    inner join paid on promises.promise_id = paid.promise_id
    group by documents.customer_id, promises.promised_date
)

select
    parameters.as_of_date,
    judged.customer_id,
    sum(judged.promise_count) as promise_count,
    {{ ratio("100 * sum(judged.kept_count)", "sum(judged.promise_count)") }} as promises_kept_pct
from {{ ref("int_measures__parameters") }} as parameters
inner join judged
    on judged.promised_date <= parameters.as_of_date
    and judged.promised_date > {{ dbt.dateadd("day", "-parameters.payment_window_days", "parameters.as_of_date") }}
group by parameters.as_of_date, judged.customer_id
