-- Grades that differ from those of the reporting date before, and why: policy, scorecard, trigger, notch, or the factor that moved most.
-- Grain: one row per as_of_date and customer_id whose grade moved.
with sequenced as (
    select
        graded.*,
        lag(graded.as_of_date) over history as previous_date,
        lag(graded.grade_code) over history as previous_grade_code,
        lag(graded.scored_grade_code) over history as previous_scored_grade_code,
        lag(graded.override_rule) over history as previous_override_rule,
        lag(graded.notch_rule) over history as previous_notch_rule,
        lag(graded.scorecard_code) over history as previous_scorecard_code,
        lag(graded.policy_version) over history as previous_policy_version,
        lag(graded.score) over history as previous_score
    from {{ ref("int_risk__customers_graded") }} as graded
    window history as (partition by graded.customer_id order by graded.as_of_date)
),

moved as (
    select * from sequenced where grade_code <> previous_grade_code
),

factor_changes as (
    select
        moved.as_of_date,
        moved.customer_id,
        factors.factor_code,
        row_number() over (
            partition by moved.as_of_date, moved.customer_id
            order by
                (factors.contribution - coalesce(before.contribution, 0)) * sign(moved.score - moved.previous_score) desc, factors.factor_code
        ) as change_order
    from moved
    inner join {{ ref("int_risk__factors_scored") }} as factors
        on moved.as_of_date = factors.as_of_date and moved.customer_id = factors.customer_id and factors.is_champion
    left join {{ ref("int_risk__factors_scored") }} as before
        on moved.previous_date = before.as_of_date
        and moved.customer_id = before.customer_id
        and factors.factor_code = before.factor_code
        and before.is_champion
)

select
    moved.as_of_date,
    moved.customer_id,
    moved.previous_date,
    moved.previous_grade_code,
    moved.grade_code,
    case
        when moved.override_rule is not null then 'override:' || moved.override_rule
        when moved.previous_override_rule is not null then 'override_ended:' || moved.previous_override_rule
        when moved.policy_version <> moved.previous_policy_version then 'policy:' || moved.policy_version
        when moved.scorecard_code <> moved.previous_scorecard_code then 'scorecard:' || moved.scorecard_code
        when moved.score is null then 'nothing_measured'
        when moved.previous_score is null then 'measured_again'
        when moved.scored_grade_code = moved.previous_scored_grade_code and moved.notch_rule is not null then 'notch:' || moved.notch_rule
        when moved.scored_grade_code = moved.previous_scored_grade_code then 'notch_ended:' || moved.previous_notch_rule
        else 'factor:' || factor_changes.factor_code
    end as move_reason
from moved
left join factor_changes on {{ same_customer("moved", "factor_changes") }}
    and factor_changes.change_order = 1
