-- Alerts that stand on each reporting date. An alert keeps its identity while its rule stays raised for the subject.
-- Grain: one row per as_of_date and alert_id.
with disputed as (
    select distinct as_of_date, customer_id
    from {{ ref("int_aging__items_claimed") }}
    where claim_type = 'disputed'
),

promised as (
    select as_of_date, customer_id, max(promised_date) as promised_date
    from {{ ref("int_collection__promises_running") }}
    group by as_of_date, customer_id
),

-- What is known of the customer, or of any customer of the group.
aware as (
    select
        customers.as_of_date,
        customers.alert_id,
        count(disputed.customer_id) > 0 as is_disputed,
        max(promised.promised_date) as promised_date
    from {{ ref("int_alerts__raised_customers") }} as customers
    left join disputed on {{ same_customer("customers", "disputed") }}
    left join promised on {{ same_customer("customers", "promised") }}
    group by customers.as_of_date, customers.alert_id
)

select
    raised.as_of_date,
    raised.alert_id,
    raised.rule_code,
    raised.subject_type,
    raised.subject_code,
    raised.level_code,
    raised.measured_value,
    raised.threshold_value,
    raised.raised_on,
    raised.response_due_at,
    raised.owner_role,
    raised.is_informational,
    case when cast(raised.responded_at as date) <= raised.as_of_date then raised.responded_at end as responded_at,
    case when cast(raised.responded_at as date) <= raised.as_of_date then raised.response_code end as response_code,
    case when raised.escalated_on <= raised.as_of_date then raised.escalated_on end as escalated_on,
    coalesce(cast(raised.responded_at as date) <= raised.as_of_date and raised.snoozed_until >= raised.as_of_date, false) as is_snoozed,
    coalesce(aware.is_disputed, false) as is_disputed,
    aware.promised_date,
    raised.policy_version
from {{ ref("int_alerts__raised") }} as raised
left join aware on raised.as_of_date = aware.as_of_date and raised.alert_id = aware.alert_id
