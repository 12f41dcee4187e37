-- Alerts that stand on each reporting date. An alert keeps its identity while its rule stays raised for the subject.
-- Grain: one row per as_of_date and alert_id.
with disputed as (
    select distinct as_of_date, customer_id
    from {{ ref("int_receivables__items_claimed") }}
    where claim_type = 'disputed'
),

promised as (
    select as_of_date, customer_id, max(promised_date) as promised_date
    from {{ ref("int_collection__promises_running") }}
    group by as_of_date, customer_id
)

select
    evaluated.as_of_date,
    episodes.alert_id,
    evaluated.rule_code,
    'customer' as subject_type,
    evaluated.customer_id as subject_code,
    evaluated.level_code,
    evaluated.measured_value,
    cast(evaluated.threshold_value as decimal(24, 6)) as threshold_value,
    episodes.raised_on,
    episodes.response_due_at,
    evaluated.owner_role,
    case when cast(episodes.responded_at as date) <= evaluated.as_of_date then episodes.responded_at end as responded_at,
    case when cast(episodes.responded_at as date) <= evaluated.as_of_date then episodes.response_code end as response_code,
    case when episodes.escalated_on <= evaluated.as_of_date then episodes.escalated_on end as escalated_on,
    coalesce(cast(episodes.responded_at as date) <= evaluated.as_of_date and episodes.snoozed_until >= evaluated.as_of_date, false) as is_snoozed,
    disputed.customer_id is not null as is_disputed,
    promised.promised_date,
    evaluated.policy_version
from {{ ref("int_alerts__evaluated") }} as evaluated
inner join {{ ref("int_alerts__episodes") }} as episodes
    on evaluated.rule_code = episodes.rule_code
    and evaluated.customer_id = episodes.customer_id
    and evaluated.as_of_date >= episodes.raised_on
    and evaluated.as_of_date <= episodes.last_raised_on
left join disputed on evaluated.as_of_date = disputed.as_of_date and evaluated.customer_id = disputed.customer_id
left join promised on evaluated.as_of_date = promised.as_of_date and evaluated.customer_id = promised.customer_id
where evaluated.status_code = 'raised'
