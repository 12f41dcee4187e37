-- Contacts with customers, and how long the oldest debt that each was about was overdue that day: of the document named, else of all.
-- Grain: one row per activity_id.
with contacts as (
    select
        activities.activity_id,
        matched.customer_id,
        activities.activity_date,
        activities.channel,
        activities.outcome,
        activities.collector_name,
        activities.cost_amount,
        activities.company_code,
        activities.document_no
    from {{ ref("stg_crm__collection_activities") }} as activities
    inner join {{ ref("int_customers__matched") }} as matched
        on matched.source_system = 'crm' and activities.account_id = matched.source_record
    where matched.customer_id is not null and activities.activity_date <= {{ as_of_date() }}
),

overdue as (
    select contacts.activity_id, max({{ days_between("periods.due_date", "contacts.activity_date") }}) as days_overdue
    from contacts
    inner join {{ ref("int_receivables__balance_periods") }} as periods
        on contacts.customer_id = periods.customer_id
        and (contacts.document_no is null or contacts.document_no = periods.document_no)
        and (contacts.company_code is null or contacts.company_code = periods.company_code)
        and contacts.activity_date >= periods.valid_from
        and (periods.valid_before is null or contacts.activity_date < periods.valid_before)
    where periods.open_amount > 0
    group by contacts.activity_id
)

select
    contacts.activity_id,
    contacts.customer_id,
    contacts.activity_date,
    contacts.channel,
    contacts.outcome,
    contacts.collector_name,
    contacts.cost_amount,
    overdue.days_overdue
from contacts
left join overdue on contacts.activity_id = overdue.activity_id
