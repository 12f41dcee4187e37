-- Promises to pay, and whether each is kept: its amount paid on its document after it was made and by the promised day.
-- Grain: one row per promise_id and valid_from; from the promised day on.
--
-- What a payment that is taken back had kept is broken from that day on.
with payments as (
    select payments.*
    from {{ ref("int_receivables__payments") }} as payments
    inner join {{ ref("int_receivables__policies_dated") }} as aging
        on aging.as_of_date = {{ as_of_date() }} and {{ is_chosen_by("aging", "payments") }}
),

changes as (
    select company_code, document_no, paid_on, valid_from as changed_on, paid_amount as change_amount
    from payments
    union all
    select company_code, document_no, paid_on, valid_before, -paid_amount
    from payments
    where valid_before is not null
),

promised as (
    select promises.*, documents.customer_id
    from {{ ref("stg_crm__promises_to_pay") }} as promises
    inner join {{ ref("int_receivables__documents_valued") }} as documents
        on promises.company_code = documents.company_code and promises.document_no = documents.document_no
),

changed as (
    select promise_id, promised_date as changed_on, cast(0 as decimal(18, 2)) as change_amount
    from promised
    union all
    select promised.promise_id, greatest(changes.changed_on, promised.promised_date), changes.change_amount
    from promised
    inner join changes
        on promised.company_code = changes.company_code
        and promised.document_no = changes.document_no
        and promised.promised_on < changes.paid_on
        and promised.promised_date >= changes.paid_on
),

daily as (
    select promise_id, changed_on, sum(change_amount) as change_amount
    from changed
    group by promise_id, changed_on
)

select
    promised.promise_id,
    promised.customer_id,
    promised.promised_on,
    promised.promised_date,
    daily.changed_on as valid_from,
    lead(daily.changed_on) over (partition by promised.promise_id order by daily.changed_on) as valid_before,
    sum(daily.change_amount) over (
        partition by promised.promise_id order by daily.changed_on rows between unbounded preceding and current row
    ) >= promised.promised_amount as is_kept
from promised
inner join daily on promised.promise_id = daily.promise_id
