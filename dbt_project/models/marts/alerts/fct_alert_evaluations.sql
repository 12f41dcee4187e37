-- Every customer, group and salesperson against every alert rule in force for its kind on the as-of date: raised, clear or not evaluable, with what was measured.
-- Grain: one row per as_of_date, rule_code and subject_code.
select
    as_of_date,
    rule_code,
    subject_type,
    subject_code,
    level_code,
    status_code,
    measured_value,
    cast(threshold_value as decimal(24, 6)) as threshold_value,
    owner_role,
    policy_version
from {{ ref("int_alerts__evaluated") }}
where as_of_date = {{ as_of_date() }}
