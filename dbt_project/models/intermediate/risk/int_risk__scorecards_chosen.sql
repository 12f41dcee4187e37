-- The scorecards of each customer: the champion that gives the grade, and the challengers beside it.
-- Grain: one row per as_of_date, customer_id and scorecard_code.
with scorecards as (
    {{ policy_by_date("scorecard", "policy_scorecards") }}
),

meeting as (
    select
        measured.as_of_date,
        measured.customer_id,
        scorecards.policy_version,
        scorecards.scorecard_code,
        scorecards.role,
        row_number() over (
            partition by measured.as_of_date, measured.customer_id, scorecards.role order by scorecards.scorecard_order, scorecards.scorecard_code
        ) as place
    from {{ ref("int_customers__measured") }} as measured
    inner join scorecards on measured.as_of_date = scorecards.as_of_date
    {{ left_join_metrics("measured", "scorecards") }}
    where
        scorecards.measure_code is null
        or {{ meets_rule(
            "coalesce(" ~ measure_value("scorecards.measure_code", "measured") ~ ", metrics.measured_value)", "scorecards.comparison",
            "scorecards.threshold_value"
        ) }}
)

select
    as_of_date,
    customer_id,
    policy_version,
    scorecard_code,
    role = 'champion' as is_champion
from meeting
where role = 'challenger' or place = 1
