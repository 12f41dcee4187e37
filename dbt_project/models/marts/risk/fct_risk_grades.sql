-- Risk grade of each customer of the ledger: score, grade, traffic light, and the hard trigger that overrode them if one did.
-- Grain: one row per as_of_date and customer_id.
select
    as_of_date,
    customer_id,
    score,
    grade_code,
    light_code,
    scored_grade_code,
    override_rule,
    lag(grade_code) over (partition by customer_id order by as_of_date) as previous_grade_code,
    missing_weight_pct,
    policy_version
from {{ ref("int_risk__customers_graded") }}
