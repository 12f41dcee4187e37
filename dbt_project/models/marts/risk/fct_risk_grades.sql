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
inner join {{ ref("int_risk__statuses") }} as statuses on {{ same_customer("graded", "statuses") }}
inner join {{ ref("int_risk__recommended") }} as recommended on {{ same_customer("graded", "recommended") }}
left join {{ ref("int_exposure__limits") }} as limits on {{ same_customer("graded", "limits") }}
left join {{ ref("int_risk__grade_moves") }} as moves on {{ same_customer("graded", "moves") }}
left join {{ ref("int_risk__grade_reasons") }} as reasons on {{ same_customer("graded", "reasons") }}
