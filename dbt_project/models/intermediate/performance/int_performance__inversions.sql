-- Cohorts with the grades that their customers had, and whether a better one went bad more often than a worse, by more than chance allows.
-- Grain: one row per cohort_code, cohort_date, horizon_days and outcome_code with graded customers.
with cohorts as (
    select *, count(*) over (partition by cohort_code, cohort_date, horizon_days) as date_count
    from {{ ref("int_performance__cohorts") }}
),

rates as (
    select
        cohorts.cohort_code,
        cohorts.cohort_date,
        cohorts.horizon_days,
        counted.outcome_code,
        counted.grade_code,
        -- The same customers stand on all dates of a cohort, so they count once: by the average of its dates.
        cast(sum(counted.customer_count) as double) / max(cohorts.date_count) as customer_count,
        cast(sum(counted.bad_count) as double) / max(cohorts.date_count) as bad_count
    from cohorts
    inner join {{ ref("int_performance__grades") }} as counted
        on cohorts.as_of_date = counted.as_of_date and cohorts.horizon_days = counted.horizon_days
    group by cohorts.cohort_code, cohorts.cohort_date, cohorts.horizon_days, counted.outcome_code, counted.grade_code
),

ordered as (
    select rates.*, grades.from_score
    from rates
    inner join {{ ref("int_dates__policies_in_force") }} as in_force
        on rates.cohort_date = in_force.as_of_date and in_force.policy_area = 'scorecard'
    inner join {{ ref("policy_grades") }} as grades
        on in_force.policy_version = grades.policy_version and rates.grade_code = grades.grade_code
),

compared as (
    select
        better.cohort_code,
        better.cohort_date,
        better.horizon_days,
        better.outcome_code,
        better.bad_count / better.customer_count - worse.bad_count / worse.customer_count as rate_difference,
        (better.bad_count + worse.bad_count) / (better.customer_count + worse.customer_count) as pooled_rate,
        1 / better.customer_count + 1 / worse.customer_count as inverse_count,
        least(better.customer_count, worse.customer_count) as smaller_count
    from ordered as better
    inner join ordered as worse
        on better.cohort_code = worse.cohort_code
        and better.cohort_date = worse.cohort_date
        and better.horizon_days = worse.horizon_days
        and better.outcome_code = worse.outcome_code
        and better.from_score > coalesce(worse.from_score, -1)
),

inverted as (
    select distinct compared.cohort_code, compared.cohort_date, compared.horizon_days, compared.outcome_code
    from compared
    inner join {{ ref("int_performance__policies_dated") }} as performance on compared.cohort_date = performance.as_of_date
    where
        -- Of two small grades a single customer would decide: each must be expected to hold some that go bad and some that do not.
        least(compared.pooled_rate, 1 - compared.pooled_rate) * compared.smaller_count >= performance.lowest_expected_count
        -- Two proportions differ when their difference exceeds z standard errors of the pooled one.
        and compared.rate_difference > performance.inversion_z_score * sqrt(compared.pooled_rate * (1 - compared.pooled_rate) * compared.inverse_count)
)

select
    ordered.cohort_code,
    ordered.cohort_date,
    ordered.horizon_days,
    ordered.outcome_code,
    count(*) as grade_count,
    count(inverted.cohort_date) > 0 as is_inverted
from ordered
left join inverted
    on ordered.cohort_code = inverted.cohort_code
    and ordered.cohort_date = inverted.cohort_date
    and ordered.horizon_days = inverted.horizon_days
    and ordered.outcome_code = inverted.outcome_code
group by ordered.cohort_code, ordered.cohort_date, ordered.horizon_days, ordered.outcome_code
