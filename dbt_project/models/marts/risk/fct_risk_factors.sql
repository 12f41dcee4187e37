-- The factors behind each risk grade: what was measured and where it stands, its band and points, and what it adds to the score.
-- Grain: one row per as_of_date, customer_id and factor_code.
select
    as_of_date,
    customer_id,
    scorecard_code,
    factor_code,
    dimension_code,
    measured_value,
    cast(band_from_value as decimal(24, 6)) as band_from_value,
    cast(band_to_value as decimal(24, 6)) as band_to_value,
    cast(points as decimal(9, 4)) as points,
    cast(policy_weight_pct as decimal(9, 4)) as policy_weight_pct,
    weight_pct,
    contribution,
    is_missing,
    missing_rule,
    source_table,
    source_load_id,
    source_line_number,
    policy_version
from {{ ref("int_risk__factors_scored") }}
where is_champion
