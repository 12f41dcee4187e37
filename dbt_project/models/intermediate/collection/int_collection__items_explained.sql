-- Overdue items of which it is known why they are late: a contact lately, a promise that still runs, or a dispute of all that is open.
-- Grain: one row per as_of_date, company_code, document_no and instalment_no that is explained.
--
-- A contact explains what it was about: the document that it names, or all that is owed to the company that it names, or to any. Of a
-- partly disputed item the rest is unexplained, and so is the item.
with overdue as (
    select * from {{ ref("int_aging__open_items") }}
    where is_reporting_date and outstanding_amount > 0 and days_overdue > 0
),

told as (
    select parameters.as_of_date, contacts.customer_id, contacts.company_code, contacts.document_no
    from {{ ref("int_measures__parameters") }} as parameters
    inner join {{ ref("int_collection__contacts_staged") }} as contacts
        on contacts.activity_date <= parameters.as_of_date
        and contacts.activity_date > {{ dbt.dateadd("day", "-parameters.explanation_valid_days", "parameters.as_of_date") }}
    where contacts.outcome in ('explained', 'promised')
),

by_contacts as (
    select items.as_of_date, items.company_code, items.document_no, items.instalment_no
    from overdue as items
    inner join told on {{ same_customer("items", "told") }}
        and (told.company_code is null or items.company_code = told.company_code)
        and (told.document_no is null or items.document_no = told.document_no)
),

by_promises as (
    select items.as_of_date, items.company_code, items.document_no, items.instalment_no
    from overdue as items
    inner join {{ ref("int_collection__promises_running") }} as promises
        on items.as_of_date = promises.as_of_date
        and items.company_code = promises.company_code
        and items.document_no = promises.document_no
),

by_disputes as (
    select items.as_of_date, items.company_code, items.document_no, items.instalment_no
    from overdue as items
    {{ left_join_claimed("disputed") }}
    where disputed.claimed_amount >= items.outstanding_amount
)

select as_of_date, company_code, document_no, instalment_no from by_contacts
union
select as_of_date, company_code, document_no, instalment_no from by_promises
union
select as_of_date, company_code, document_no, instalment_no from by_disputes
