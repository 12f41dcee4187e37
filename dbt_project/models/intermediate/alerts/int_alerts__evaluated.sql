-- Every customer, group and salesperson against every alert rule in force for its kind: raised, clear, or not evaluable for want of a measure.
-- Grain: one row per as_of_date, rule_code and subject_code.
--
-- A group is watched where it is more than one customer; what one customer does is watched in that customer.
with rules as (
    {{ policy_by_date("alerts", "policy_alert_rules") }}
),

graded_customers as (
    select measured.*, grades.grade_code
    from {{ ref("int_customers__measured") }} as measured
    inner join {{ ref("int_risk__customers_graded") }} as grades on {{ same_customer("measured", "grades") }}
),

groups as (
    select *, 'any' as grade_code from {{ ref("int_measures__groups") }} where group_customer_count > 1
),

salespersons as (
    select *, 'any' as grade_code from {{ ref("int_measures__salespersons") }}
),

measured as (
    {% for subject_type, subjects, subject_code in [
        ("customer", "graded_customers", "customer_id"),
        ("group", "groups", "group_id"),
        ("salesperson", "salespersons", "salesperson_code"),
    ] %}
    select
        subjects.as_of_date,
        '{{ subject_type }}' as subject_type,
        subjects.{{ subject_code }} as subject_code,
        subjects.grade_code,
        rules.policy_version,
        rules.rule_code,
        rules.level_code,
        rules.comparison,
        rules.response_hours,
        rules.owner_role,
        rules.is_informational,
        cast(
            coalesce({{ measure_value("rules.measure_code", "subjects", subject_type) }}, metrics.measured_value) as decimal(24, 6)
        ) as measured_value
    from {{ subjects }} as subjects
    inner join rules on subjects.as_of_date = rules.as_of_date and rules.subject_type = '{{ subject_type }}'
    {{ left_join_metrics("subjects", "rules", subject_code) }}
    {{ "union all" if not loop.last }}
    {% endfor %}
)

select
    measured.as_of_date,
    measured.subject_type,
    measured.subject_code,
    measured.rule_code,
    measured.level_code,
    measured.measured_value,
    coalesce(of_grade.threshold_value, of_any.threshold_value) as threshold_value,
    case
        -- Who has no grade may have no threshold either.
        when measured.measured_value is null or coalesce(of_grade.threshold_value, of_any.threshold_value) is null then 'not_evaluable'
        when {{ meets_rule("measured.measured_value", "measured.comparison", "coalesce(of_grade.threshold_value, of_any.threshold_value)") }}
            then 'raised'
        else 'clear'
    end as status_code,
    measured.response_hours,
    measured.owner_role,
    measured.is_informational,
    measured.policy_version
from measured
left join {{ ref("policy_alert_thresholds") }} as of_grade
    on measured.policy_version = of_grade.policy_version
    and measured.rule_code = of_grade.rule_code
    and measured.grade_code = of_grade.grade_code
left join {{ ref("policy_alert_thresholds") }} as of_any
    on measured.policy_version = of_any.policy_version
    and measured.rule_code = of_any.rule_code
    and of_any.grade_code = 'any'
