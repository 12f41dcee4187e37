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
)

select
    as_of_date,
    customer_id,
    max(activity_date) as last_contact_on,
    max(case when place = 1 then outcome end) as last_outcome,
    max(case when outcome not in ('no_answer', 'refused') then activity_date end) as last_answer_on,
    min(activity_date) as first_contact_on
from contacts
group by as_of_date, customer_id
