-- What of each debt is promised on a reporting date, and for when: a promise goes to the document's debts, oldest due first, in its amount.
-- Grain: one row per as_of_date, company_code, document_no, instalment_no and promised_date.
--
-- What was promised for the reporting date and is open at its end did not come: it is expected as if nothing were promised.
with promised as (
    select dates.as_of_date, promises.company_code, promises.document_no, promises.promised_date, sum(promises.promised_amount) as promised_amount
    from {{ ref("int_dates__reporting") }} as dates
    inner join {{ ref("stg_crm__promises_to_pay") }} as promises
        on promises.promised_on <= dates.as_of_date and promises.promised_date > dates.as_of_date
    group by dates.as_of_date, promises.company_code, promises.document_no, promises.promised_date
),

promises_queued as (
    select
        *,
        sum(promised_amount) over (
            partition by as_of_date, company_code, document_no order by promised_date rows between unbounded preceding and current row
        ) as through_amount
    from promised
),

promised_documents as (
    select distinct as_of_date, company_code, document_no from promised
),

items_queued as (
    select
        items.as_of_date, items.company_code, items.document_no, items.instalment_no, items.outstanding_amount, items.outstanding_base_amount,
        sum(items.outstanding_amount) over (
            partition by items.as_of_date, items.company_code, items.document_no order by items.due_date, items.instalment_no
            rows between unbounded preceding and current row
        ) as through_amount
    from {{ ref("int_aging__open_items") }} as items
    inner join promised_documents
        on items.as_of_date = promised_documents.as_of_date
        and items.company_code = promised_documents.company_code
        and items.document_no = promised_documents.document_no
    where items.is_reporting_date and items.outstanding_amount > 0
),

laid as (
    select
        items.as_of_date, items.company_code, items.document_no, items.instalment_no, promises.promised_date, items.outstanding_amount,
        items.outstanding_base_amount,
        least(items.through_amount, promises.through_amount)
        - greatest(items.through_amount - items.outstanding_amount, promises.through_amount - promises.promised_amount) as promised_amount
    from items_queued as items
    inner join promises_queued as promises
        on items.as_of_date = promises.as_of_date
        and items.company_code = promises.company_code
        and items.document_no = promises.document_no
        and items.through_amount > promises.through_amount - promises.promised_amount
        and promises.through_amount > items.through_amount - items.outstanding_amount
)

select
    as_of_date,
    company_code,
    document_no,
    instalment_no,
    promised_date,
    cast(row_number() over item as integer) as part_no,
    promised_amount,
    {{ share_of("outstanding_base_amount", "sum(promised_amount) over item", "outstanding_amount") }} as through_base_amount,
    {{ share_of("outstanding_base_amount", "(sum(promised_amount) over item - promised_amount)", "outstanding_amount") }} as before_base_amount
from laid
window
    item as (
        partition by as_of_date, company_code, document_no, instalment_no order by promised_date rows between unbounded preceding and current row
    )
