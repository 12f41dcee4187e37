-- What customers paid late and what they had promised, each laid to the last contact before it within the policy's window.
-- Grain: one row per result_key.
--
-- Each is judged under the policies of the reporting date that counts it, the first on or after its day.
with policies as (
    select dates.as_of_date, dates.previous_date, aging.receipt_allocation, aging.instalment_allocation, collection.recovery_window_days
    from {{ ref("int_dates__reporting") }} as dates
    inner join {{ ref("int_dates__receivables_policies") }} as aging on dates.as_of_date = aging.as_of_date
    {{ join_policy_in_force("dates", "collection") }}
    inner join {{ ref("policy_collection") }} as collection on in_force.policy_version = collection.policy_version
),

results as (
    select
        policies.as_of_date,
        policies.recovery_window_days,
        'payment' as result_type,
        'payment ' || payments.company_code || ' ' || payments.receipt_no || ' ' || payments.document_no || ' '
        || cast(payments.instalment_no as varchar) || ' ' || cast(payments.effective_date as varchar) || ' ' || cast(payments.valid_from as varchar)
            as result_key,
        customer_id,
        effective_date as counted_on,
        paid_on as caused_before,
        valid_from,
        valid_before,
        is_first_part,
        companies.base_currency_code,
        paid_base_amount as paid_late_base_amount,
        cast(null as boolean) as is_kept
    from {{ ref("int_payments__recognised") }} as payments
    inner join {{ ref("int_currencies__base") }} as companies on payments.company_code = companies.company_code
    inner join policies
        on payments.effective_date > policies.previous_date
        and payments.effective_date <= policies.as_of_date
        and {{ is_chosen_by("policies", "payments") }}
    where days_late > 0
    union all
    select
        policies.as_of_date, policies.recovery_window_days, 'promise', 'promise ' || promise_id || ' ' || cast(valid_from as varchar), customer_id, promised_date, promised_on, valid_from,
        valid_before, true, cast(null as varchar), cast(null as decimal(18, 2)), is_kept
    from {{ ref("int_collection__promises_judged") }} as judged
    inner join policies on judged.promised_date > policies.previous_date and judged.promised_date <= policies.as_of_date
),

-- Contacts and results of a customer in the order of days, contacts of a day first: the last contact seen is the one before.
ordered as (
    select customer_id, activity_date as happened_on, 0 as kind, activity_id as event_key, activity_id, activity_date
    from {{ ref("int_collection__contacts_staged") }}
    where customer_id is not null
    union all
    select customer_id, caused_before, 1, result_key, null, null
    from results
),

followed as (
    select
        event_key,
        kind,
        happened_on,
        max(cast(activity_date as varchar) || activity_id) over (
            partition by customer_id order by happened_on, kind, event_key rows between unbounded preceding and current row
        ) as last_contact
    from ordered
),

-- The window is judged after the join: a condition over both sides would have DuckDB compare every pair.
contacted as (
    select
        results.*,
        contacts.activity_id,
        {{ days_between("contacts.activity_date", "results.caused_before") }} as days_since_contact
    from results
    inner join followed on followed.kind = 1 and results.result_key = followed.event_key
    left join {{ ref("int_collection__contacts_staged") }} as contacts
        on followed.last_contact = cast(contacts.activity_date as varchar) || contacts.activity_id
)

select
    contacted.as_of_date,
    contacted.result_key,
    contacted.result_type,
    contacted.customer_id,
    contacted.counted_on,
    contacted.valid_from,
    contacted.valid_before,
    contacted.is_first_part,
    contacted.base_currency_code,
    contacted.paid_late_base_amount,
    contacted.is_kept,
    case when contacted.days_since_contact <= contacted.recovery_window_days then contacted.activity_id end as activity_id
from contacted
