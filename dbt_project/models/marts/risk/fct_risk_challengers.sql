-- What challenger scorecards would say of each customer, beside the grade in force.
-- Grain: one row per as_of_date, customer_id and scorecard_code.
select
    scored.as_of_date,
    scored.customer_id,
    scored.scorecard_code,
    scored.score,
    scored.scored_grade_code,
    champions.scorecard_code as champion_scorecard_code,
    champions.score as champion_score,
    champions.scored_grade_code as champion_scored_grade_code,
    scored.policy_version
from {{ ref("int_risk__customers_scored") }} as scored
inner join {{ ref("int_risk__customers_graded") }} as champions on {{ same_customer("scored", "champions") }}
where not scored.is_champion
