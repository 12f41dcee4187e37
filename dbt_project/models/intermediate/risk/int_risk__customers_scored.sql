-- Score of each customer on each of its scorecards, and the grade of the band that it falls into.
-- Grain: one row per as_of_date, customer_id and scorecard_code.
with scores as (
    select
        as_of_date,
        customer_id,
        scorecard_code,
        is_champion,
        policy_version,
        -- Of whom nothing could be measured, nothing is known: not the worst.
        cast(case when count(points) > 0 then sum(contribution) end as decimal(9, 4)) as score,
        cast(sum(case when points is null then policy_weight_pct else 0 end) as decimal(9, 4)) as missing_weight_pct
    from {{ ref("int_risk__factors_scored") }}
    group by as_of_date, customer_id, scorecard_code, is_champion, policy_version
)

select
    scores.*,
    grades.grade_code as scored_grade_code
from scores
left join {{ ref("policy_grades") }} as grades
    on scores.score is not null
    and scores.policy_version = grades.policy_version
    and (grades.from_score is null or scores.score >= grades.from_score)
    and (grades.to_score is null or scores.score < grades.to_score)
