-- Alerts that stand on each reporting date. An alert keeps its identity while its rule stays raised for the subject.
-- Grain: one row per as_of_date and alert_id.
with date_order as (
    select as_of_date, row_number() over (order by as_of_date) as date_number from {{ ref("int_dates__reporting") }}
),

raised as (
    select
        evaluated.*,
        date_order.date_number - row_number() over (
            partition by evaluated.rule_code, evaluated.customer_id order by evaluated.as_of_date
        ) as unbroken_run
    from {{ ref("int_alerts__evaluated") }} as evaluated
    inner join date_order on evaluated.as_of_date = date_order.as_of_date
    where evaluated.status_code = 'raised'
),

dated as (
    select
        *,
        min(as_of_date) over (partition by rule_code, customer_id, unbroken_run) as raised_on
    from raised
)

select
    as_of_date,
    rule_code || ':' || customer_id || ':' || cast(raised_on as varchar) as alert_id,
    rule_code,
    'customer' as subject_type,
    customer_id as subject_code,
    level_code,
    measured_value,
    cast(threshold_value as decimal(24, 6)) as threshold_value,
    raised_on,
    cast({{ dbt.dateadd("hour", "response_hours", "cast(raised_on as timestamp)") }} as timestamp) as response_due_at,
    owner_role,
    policy_version
from dated
