-- Customers and those gone bad at each score of each scorecard, and at each number of days overdue, the rule that needs no scorecard.
-- Grain: one row per cohort_code, cohort_date, horizon_days, outcome_code, scorecard_code and score.
with scores as (
    select as_of_date, customer_id, scorecard_code, cast(score as double) as score
    from {{ ref("int_risk__customers_scored") }}
    where score is not null and not is_champion
    union all
    select as_of_date, customer_id, 'champion', cast(score as double)
    from {{ ref("int_risk__customers_scored") }}
    where score is not null and is_champion
    union all
    select as_of_date, customer_id, 'days_overdue', -cast(longest_overdue_days as double)
    from {{ ref("int_customers__measured") }}
),

counted as (
    select
        observed.as_of_date,
        observed.horizon_days,
        observed.outcome_code,
        scores.scorecard_code,
        scores.score,
        count(*) as customer_count,
        count(case when observed.is_bad then 1 end) as bad_count
    from {{ ref("int_performance__observed") }} as observed
    inner join scores on {{ same_customer("observed", "scores") }}
    -- All are judged by the same customers: those that the champion could score.
    where observed.is_scored
    group by observed.as_of_date, observed.horizon_days, observed.outcome_code, scores.scorecard_code, scores.score
)

select
    cohorts.cohort_code,
    cohorts.cohort_date,
    cohorts.horizon_days,
    counted.outcome_code,
    counted.scorecard_code,
    counted.score,
    sum(counted.customer_count) as customer_count,
    sum(counted.bad_count) as bad_count
from {{ ref("int_performance__cohorts") }} as cohorts
inner join counted on cohorts.as_of_date = counted.as_of_date and cohorts.horizon_days = counted.horizon_days
group by
    cohorts.cohort_code, cohorts.cohort_date, cohorts.horizon_days, counted.outcome_code, counted.scorecard_code, counted.score
