-- Alerts with their life: raised while the rule stays raised for the subject, cleared on the first reporting date on which it does not.
-- Grain: one row per alert_id.
with date_order as (
    select
        as_of_date,
        lead(as_of_date) over (order by as_of_date) as next_date,
        row_number() over (order by as_of_date) as date_number
    from {{ ref("int_dates__reporting") }}
),

raised as (
    select
        evaluated.*,
        date_order.date_number - row_number() over (
            partition by evaluated.rule_code, evaluated.subject_type, evaluated.subject_code order by evaluated.as_of_date
        ) as unbroken_run
    from {{ ref("int_alerts__evaluated") }} as evaluated
    inner join date_order on evaluated.as_of_date = date_order.as_of_date
    where evaluated.status_code = 'raised'
),

episodes as (
    select
        rule_code,
        subject_type,
        subject_code,
        min(as_of_date) as raised_on,
        max(as_of_date) as last_raised_on,
        max_by(level_code, as_of_date) as level_code,
        max_by(owner_role, as_of_date) as owner_role,
        max_by(is_informational, as_of_date) as is_informational,
        min_by(response_hours, as_of_date) as response_hours,
        -- When an answer was due is settled on the day on which it was raised.
        min_by(is_informational, as_of_date) as was_informational,
        max_by(measured_value, as_of_date) as last_measured_value
    from raised
    group by rule_code, subject_type, subject_code, unbroken_run
),

named as (
    select
        rule_code || ':' || subject_code || ':' || cast(raised_on as varchar) as alert_id,
        episodes.rule_code,
        episodes.subject_type,
        episodes.subject_code,
        episodes.raised_on,
        episodes.last_raised_on,
        episodes.level_code,
        episodes.owner_role,
        episodes.is_informational,
        episodes.response_hours,
        episodes.last_measured_value,
        date_order.next_date as cleared_on,
        case
            when not episodes.was_informational
                then cast({{ dbt.dateadd("hour", "response_hours", "cast(raised_on as timestamp)") }} as timestamp)
        end as response_due_at
    from episodes
    inner join date_order on episodes.last_raised_on = date_order.as_of_date
),

responses as (
    select
        *,
        row_number() over (partition by alert_id order by responded_at, response_id) as place,
        row_number() over (partition by alert_id, response_code order by responded_at desc, response_id desc) as place_from_last
    from {{ ref("stg_crm__alert_responses") }}
    where cast(responded_at as date) <= {{ as_of_date() }}
),

-- The first answer, and the last that put it off.
responded as (
    select
        alert_id,
        min(responded_at) as responded_at,
        max(case when place = 1 then response_code end) as response_code,
        max(case when response_code = 'snooze' and place_from_last = 1 then snoozed_until end) as snoozed_until,
        max(case when response_code = 'snooze' and place_from_last = 1 then reason end) as snooze_reason
    from responses
    group by alert_id
)

select
    named.*,
    responded.responded_at,
    responded.response_code,
    {{ ratio(dbt.datediff("cast(named.raised_on as timestamp)", "responded.responded_at", "minute"), minutes_of_an_hour()) }} as response_hours_taken,
    responded.snoozed_until,
    responded.snooze_reason,
    -- Nobody answered in time, while the condition lasted: the alert goes one role up.
    case
        when
            coalesce(responded.responded_at, cast({{ as_of_date() }} as timestamp)) > named.response_due_at
            and (named.cleared_on is null or named.cleared_on > cast(named.response_due_at as date))
            then cast(named.response_due_at as date)
    end as escalated_on
from named
left join responded on named.alert_id = responded.alert_id
