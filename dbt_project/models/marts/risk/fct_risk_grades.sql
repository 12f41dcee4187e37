-- Risk grade of each customer of the ledger: score, grade, light, why it moved, and the terms and limit that go with it.
-- Grain: one row per as_of_date and customer_id.
select
    graded.as_of_date,
    graded.customer_id,
    graded.scorecard_code,
    graded.score,
    graded.grade_code,
    graded.light_code,
    graded.scored_grade_code,
    graded.notch_rule,
    graded.override_rule,
    lag(graded.grade_code) over (partition by graded.customer_id order by graded.as_of_date) as previous_grade_code,
    moves.move_reason,
    reasons.reason_codes,
    statuses.credit_status,
    cast(recommended.credit_points as decimal(18, 4)) as credit_points,
    cast(recommended.recommended_terms_days as integer) as recommended_terms_days,
    limits.terms_days,
    recommended.recommended_limit_amount,
    limits.credit_limit_amount,
    recommended.needs_security,
    recommended.recommended_condition,
    recommended.approver_role,
    graded.missing_weight_pct,
    graded.note,
    graded.policy_version
from {{ ref("int_risk__customers_graded") }} as graded
inner join {{ ref("int_risk__statuses") }} as statuses
    on graded.as_of_date = statuses.as_of_date and graded.customer_id = statuses.customer_id
inner join {{ ref("int_risk__recommended") }} as recommended
    on graded.as_of_date = recommended.as_of_date and graded.customer_id = recommended.customer_id
left join {{ ref("int_exposure__limits") }} as limits
    on graded.as_of_date = limits.as_of_date and graded.customer_id = limits.customer_id
left join {{ ref("int_risk__grade_moves") }} as moves
    on graded.as_of_date = moves.as_of_date and graded.customer_id = moves.customer_id
left join {{ ref("int_risk__grade_reasons") }} as reasons
    on graded.as_of_date = reasons.as_of_date and graded.customer_id = reasons.customer_id
