-- The factors behind each risk grade: what was measured, what it scored and what it adds to the score.
-- Grain: one row per as_of_date, customer_id and factor_code.
select
    as_of_date,
    customer_id,
    factor_code,
    dimension_code,
    measured_value,
    cast(points as decimal(9, 4)) as points,
    cast(policy_weight_pct as decimal(9, 4)) as policy_weight_pct,
    weight_pct,
    contribution,
    is_missing,
    missing_rule,
    policy_version
from {{ ref("int_risk__factors_scored") }}
