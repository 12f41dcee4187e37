-- Contacts with customers: the last of each on every reporting date, and since when none was answered.
-- Grain: one row per as_of_date and customer_id with a contact.
with contacts as (
    -- Of several on one day the last by its number.
    select customer_id, activity_date, outcome, cast(activity_date as varchar) || activity_id as contact_order
    from {{ ref("int_collection__contacts_staged") }}
)

select
    dates.as_of_date,
    contacts.customer_id,
    max(contacts.activity_date) as last_contact_on,
    max_by(contacts.outcome, contacts.contact_order) as last_outcome,
    max(case when contacts.outcome not in ('no_answer', 'refused') then contacts.activity_date end) as last_answer_on,
    min(contacts.activity_date) as first_contact_on
from {{ ref("int_dates__reporting") }} as dates
inner join contacts on contacts.activity_date <= dates.as_of_date
group by dates.as_of_date, contacts.customer_id
