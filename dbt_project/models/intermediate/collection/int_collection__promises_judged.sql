-- Promises to pay, and whether each is kept: its amount paid on its document after it was made and by the promised day.
-- Grain: one row per promise_id and valid_from; from the promised day on.
--
-- What a payment that is taken back had kept is broken from that day on.
with changes as (
    select
        receipt_allocation, instalment_allocation, company_code, document_no, paid_on, valid_from as changed_on, paid_amount as change_amount
    from {{ ref("int_payments__recognised") }}
    union all
    select receipt_allocation, instalment_allocation, company_code, document_no, paid_on, valid_before, -paid_amount
    from {{ ref("int_payments__recognised") }}
    where valid_before is not null
),

promised_dates as (
    select distinct promised_date as as_of_date from {{ ref("stg_crm__promises_to_pay") }}
),

in_force as (
    {{ policies_in_force("promised_dates") }}
),

-- A promise is judged under the aging policy of the day for which it was made.
promised as (
    select promises.*, documents.customer_id, aging.receipt_allocation, aging.instalment_allocation
    from {{ ref("stg_crm__promises_to_pay") }} as promises
    inner join {{ ref("int_ledger__documents_valued") }} as documents
        on promises.company_code = documents.company_code and promises.document_no = documents.document_no
    inner join in_force on promises.promised_date = in_force.as_of_date and in_force.policy_area = 'aging'
    inner join {{ ref("policy_aging") }} as aging on in_force.policy_version = aging.policy_version
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
        and {{ is_chosen_by("promised", "changes") }}
        -- What was paid on the day of a promise came before it, unless the promise was to pay that very day.
        and (promised.promised_on < changes.paid_on or promised.promised_date = changes.paid_on)
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
