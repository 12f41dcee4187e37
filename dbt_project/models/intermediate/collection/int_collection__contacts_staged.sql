-- Contacts made, and how long the oldest debt that each was about was overdue that day: of the document named, else of all.
-- Grain: one row per activity_id.
--
-- Of a contact whose account leads to no customer nobody knows what was owed: it is counted, and nothing more is said of it.
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
    left join {{ ref("int_identity__matched") }} as matched
        on matched.source_system = 'crm' and activities.account_id = matched.source_record
    where activities.activity_date <= {{ as_of_date() }}
),

-- What was open on the day of a contact, and the stage of the ladder, are told by the policies of that day.
contact_dates as (
    select distinct activity_date as as_of_date from contacts
),

in_force as (
    {{ policies_in_force("contact_dates") }}
),

aging as (
    select in_force.as_of_date, aging.receipt_allocation, aging.instalment_allocation
    from in_force
    inner join {{ ref("policy_aging") }} as aging on in_force.policy_version = aging.policy_version
),

-- What a contact cost is in the currency of the books of the company that it was about; of those of the customer's companies, or of all,
-- where these have one.
books as (
    select case when min(base_currency_code) = max(base_currency_code) then min(base_currency_code) end as base_currency_code
    from {{ ref("int_currencies__base") }}
),

customers_books as (
    select
        accounts.customer_id,
        case when min(companies.base_currency_code) = max(companies.base_currency_code) then min(companies.base_currency_code) end
            as base_currency_code
    from {{ ref("int_identity__matched") }} as accounts
    inner join {{ ref("int_currencies__base") }} as companies on accounts.company_code = companies.company_code
    where accounts.source_system = 'erp'
    group by accounts.customer_id
),

overdue as (
    select contacts.activity_id, max({{ days_between("periods.due_date", "contacts.activity_date") }}) as days_overdue
    from contacts
    inner join aging on contacts.activity_date = aging.as_of_date
    inner join {{ ref("int_ledger__balance_periods") }} as periods
        on contacts.customer_id = periods.customer_id
        and {{ is_chosen_by("aging", "periods") }}
        and (contacts.document_no is null or contacts.document_no = periods.document_no)
        and (contacts.company_code is null or contacts.company_code = periods.company_code)
        and contacts.activity_date >= periods.valid_from
        and (periods.valid_before is null or contacts.activity_date < periods.valid_before)
    where periods.open_amount > 0 and periods.document_type <> 'fx_revaluation'
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
    coalesce(named.base_currency_code, customers_books.base_currency_code, books.base_currency_code) as base_currency_code,
    contacts.company_code,
    contacts.document_no,
    overdue.days_overdue,
    stages.stage_code
from contacts
cross join books
left join {{ ref("int_currencies__base") }} as named on contacts.company_code = named.company_code
left join customers_books on contacts.customer_id = customers_books.customer_id
left join overdue on contacts.activity_id = overdue.activity_id
left join in_force on contacts.activity_date = in_force.as_of_date and in_force.policy_area = 'collection'
left join {{ ref("policy_collection_stages") }} as stages
    on in_force.policy_version = stages.policy_version
    and overdue.days_overdue is not null
    and (stages.from_days is null or overdue.days_overdue >= stages.from_days)
    and (stages.to_days is null or overdue.days_overdue <= stages.to_days)
