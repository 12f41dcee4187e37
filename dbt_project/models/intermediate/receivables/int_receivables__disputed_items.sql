-- What is contested of each open item: all of it, the amount named for the instalment, or the document's amount by due date.
-- Grain: one row per as_of_date, company, document and instalment in dispute.
with disputes as (
    select company_code, document_no, instalment_no, disputed_amount, opened_on, resolved_on
    from {{ ref("stg_crm__disputes") }}
),

claims as (
    select
        items.as_of_date,
        items.company_code,
        items.document_no,
        items.instalment_no,
        items.due_date,
        items.outstanding_amount,
        sum(case
            when disputes.disputed_amount is null then items.outstanding_amount
            when disputes.instalment_no is not null then disputes.disputed_amount else 0
        end) as claimed_on_item,
        sum(case when disputes.instalment_no is null then coalesce(disputes.disputed_amount, 0) else 0 end) as claimed_on_document
    from {{ ref("int_receivables__open_items") }} as items
    inner join disputes
        on items.company_code = disputes.company_code
        and items.document_no = disputes.document_no
        and (disputes.instalment_no is null or items.instalment_no = disputes.instalment_no)
        and disputes.opened_on <= items.as_of_date
        and (disputes.resolved_on is null or disputes.resolved_on > items.as_of_date)
    where items.outstanding_amount > 0
    group by
        items.as_of_date, items.company_code, items.document_no, items.instalment_no, items.due_date, items.outstanding_amount
),

queued as (
    select
        *,
        least(claimed_on_item, outstanding_amount) as disputed_first,
        coalesce(sum(outstanding_amount - least(claimed_on_item, outstanding_amount)) over (
            partition by as_of_date, company_code, document_no order by due_date, instalment_no
            rows between unbounded preceding and 1 preceding
        ), 0) as open_before
    from claims
)

select
    as_of_date,
    company_code,
    document_no,
    instalment_no,
    cast(
        disputed_first + least(greatest(claimed_on_document - open_before, 0), outstanding_amount - disputed_first)
        as decimal(18, 2)
    ) as disputed_amount
from queued
