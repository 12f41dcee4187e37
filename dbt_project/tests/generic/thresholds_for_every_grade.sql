{# Rules that have neither a threshold for any grade nor one for each grade of the scorecards. Only customers have grades. #}
{% test thresholds_for_every_grade(model) %}
with wanted as (
    select distinct
        rules.policy_version,
        rules.rule_code,
        case rules.subject_type when 'customer' then grades.grade_code else 'any' end as grade_code
    from {{ ref("policy_alert_rules") }} as rules
    cross join {{ ref("policy_grades") }} as grades
)

select wanted.*
from wanted
left join {{ model }} as thresholds
    on wanted.policy_version = thresholds.policy_version
    and wanted.rule_code = thresholds.rule_code
    and thresholds.grade_code in (wanted.grade_code, 'any')
where thresholds.rule_code is null
{% endtest %}
