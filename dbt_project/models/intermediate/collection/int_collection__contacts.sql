-- Contacts with customers: the last of each on every reporting date, and since when none was answered.
-- Grain: one row per as_of_date and customer_id with a contact.
with contacts as (
    select
        dates.as_of_date,
        contacts.customer_id,
        contacts.activity_date,
        contacts.outcome,
        -- Of several on one day the last by its number.
        row_number() over (
            partition by dates.as_of_date, contacts.customer_id order by contacts.activity_date desc, contacts.activity_id desc
        ) as place
    from {{ ref("int_dates__reporting") }} as dates
    inner join {{ ref("int_collection__contacts_staged") }} as contacts on contacts.activity_date <= dates.as_of_date
    where contacts.customer_id is not null
),

answered as (
    select
        *,
        min(case when outcome is null or outcome not in ('no_answer', 'refused') then place end) over (
            partition by as_of_date, customer_id
        ) as answered_place
    from contacts
)

-- Of an outcome that nobody wrote down nobody can say that it was no answer.
select
    as_of_date,
    customer_id,
    max(activity_date) as last_contact_on,
    max(case when place = 1 then outcome end) as last_outcome,
    min(case when answered_place is null or place < answered_place then activity_date end) as unanswered_since
from answered
group by as_of_date, customer_id
