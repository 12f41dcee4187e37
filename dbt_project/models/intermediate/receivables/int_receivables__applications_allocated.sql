-- Legs of applications laid onto instalments; a leg that names none settles the earliest due open ones first (FIFO).
-- Grain: one row per company, application, leg, document and instalment that it moves.
--
-- Where a document has several instalments and a leg names none, the state after each of its applications is computed:
-- instalment i then takes the part of the unnamed total U that lies between the open amounts before it and including it,
-- settled_i = clamp(U, before_i, before_i + open_i) - before_i; the last takes what is left over, and
-- the first what reversals leave below zero. The application's movement is the change of settled_i since the one before.
with legs as (
    select * from {{ ref("int_receivables__applications_effective") }}
),

shared_documents as (
    select distinct company_code, document_no from legs where instalment_no is null
),

direct as (
    select legs.*
    from legs
    left join shared_documents
        on legs.company_code = shared_documents.company_code and legs.document_no = shared_documents.document_no
    where shared_documents.document_no is null
),

ordered as (
    select
        legs.*,
        row_number() over (
            partition by legs.company_code, legs.document_no order by legs.effective_date, legs.application_no, legs.leg
        ) as application_order,
        sum(case when legs.instalment_no is null then legs.settling_amount else 0 end) over (
            partition by legs.company_code, legs.document_no order by legs.effective_date, legs.application_no, legs.leg
            rows between unbounded preceding and current row
        ) as unnamed_total
    from legs
    inner join shared_documents
        on legs.company_code = shared_documents.company_code and legs.document_no = shared_documents.document_no
),

states as (
    select
        ordered.company_code,
        ordered.application_no,
        ordered.leg,
        ordered.document_no,
        instalments.instalment_no,
        ordered.effective_date,
        ordered.credit_document_type,
        ordered.credit_document_date,
        ordered.application_order,
        ordered.unnamed_total,
        instalments.due_date,
        abs(instalments.instalment_amount) as instalment_amount,
        sum(case when ordered.instalment_no = instalments.instalment_no then ordered.settling_amount else 0 end) over (
            partition by ordered.company_code, ordered.document_no, instalments.instalment_no order by ordered.application_order
            rows between unbounded preceding and current row
        ) as named_total
    from ordered
    inner join {{ ref("int_receivables__instalments_completed") }} as instalments
        on ordered.company_code = instalments.company_code and ordered.document_no = instalments.document_no
),

queued as (
    select
        *,
        coalesce(sum(greatest(instalment_amount - named_total, 0)) over (
            partition by company_code, document_no, application_order order by due_date, instalment_no
            rows between unbounded preceding and 1 preceding
        ), 0) as open_before,
        row_number() over (
            partition by company_code, document_no, application_order order by due_date desc, instalment_no desc
        ) = 1 as is_last,
        row_number() over (
            partition by company_code, document_no, application_order order by due_date, instalment_no
        ) = 1 as is_first
    from states
),

settled as (
    select
        *,
        named_total + case
            when is_last then greatest(unnamed_total - open_before, 0)
            else least(greatest(unnamed_total - open_before, 0), greatest(instalment_amount - named_total, 0))
        end + case when is_first then least(unnamed_total, 0) else 0 end as settled_total
    from queued
),

moved as (
    select
        *,
        settled_total - coalesce(lag(settled_total) over (
            partition by company_code, document_no, instalment_no order by application_order
        ), 0) as settling_amount
    from settled
)

select
    company_code, application_no, leg, document_no, instalment_no, effective_date, movement_amount, settling_amount,
    credit_document_type, credit_document_date, 'named_or_single' as allocation_rule
from direct
union all
select
    company_code, application_no, leg, document_no, instalment_no, effective_date,
    cast(case leg when 'debit' then -settling_amount else settling_amount end as decimal(18, 2)) as movement_amount,
    cast(settling_amount as decimal(18, 2)) as settling_amount,
    credit_document_type, credit_document_date, 'fifo_by_due_date' as allocation_rule
from moved
where settling_amount <> 0
