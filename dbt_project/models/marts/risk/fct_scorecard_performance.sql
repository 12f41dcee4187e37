-- Does the score predict: AUC with its confidence interval, Gini, KS and stability of each scorecard, next to plain days overdue.
-- Grain: one row per as_of_date, cohort_code, horizon_days, outcome_code and scorecard_code.
with judged as (
    select
        found.*,
        performance.policy_version,
        performance.lowest_auc,
        {{ greater_of("found.auc - performance.z_score * found.auc_standard_error", "0") }} as auc_low,
        {{ lesser_of("found.auc + performance.z_score * found.auc_standard_error", "1") }} as auc_high,
        found.scorecard_code = 'champion' and coalesce(inversions.is_inverted, false) as is_inverted,
        -- Why it cannot be said whether the scorecard predicts.
        case
            when found.bad_customer_count < performance.lowest_bad_count then 'too few customers went bad: '
                || cast(found.bad_customer_count as varchar) || ' of ' || cast(performance.lowest_bad_count as varchar)
            when found.customer_count - found.bad_customer_count < performance.lowest_bad_count then 'too few customers did not go bad: '
                || cast(found.customer_count - found.bad_customer_count as varchar) || ' of ' || cast(performance.lowest_bad_count as varchar)
            when found.score_count = 1 then 'all customers have one score'
            when found.scorecard_code = 'champion' and coalesce(inversions.grade_count, 0) < 2 then 'all customers have one grade'
            when found.auc is null then 'no date on which some went bad and others did not'
        end as note
    from {{ ref("int_performance__discriminations") }} as found
    inner join {{ ref("int_performance__policies_dated") }} as performance on found.cohort_date = performance.as_of_date
    left join {{ ref("int_performance__inversions") }} as inversions
        on found.cohort_code = inversions.cohort_code
        and found.cohort_date = inversions.cohort_date
        and found.horizon_days = inversions.horizon_days
        and found.outcome_code = inversions.outcome_code
)

select
    judged.cohort_date as as_of_date,
    judged.cohort_code,
    judged.horizon_days,
    judged.outcome_code,
    judged.scorecard_code,
    cast(judged.customer_count as integer) as customer_count,
    cast(judged.bad_customer_count as integer) as bad_customer_count,
    cast(judged.auc as decimal(9, 6)) as auc,
    cast(judged.auc_low as decimal(9, 6)) as auc_low,
    cast(judged.auc_high as decimal(9, 6)) as auc_high,
    cast(2 * judged.auc - 1 as decimal(9, 6)) as gini,
    cast(judged.ks as decimal(9, 6)) as ks,
    cast(stability.population_stability_index as decimal(18, 6)) as population_stability_index,
    case
        when judged.note is not null then 'not_evaluable'
        when judged.auc_high < judged.lowest_auc then 'collapsed'
        when judged.is_inverted then 'inverted'
        else 'holds'
    end as status_code,
    judged.note,
    judged.policy_version
from judged
left join {{ ref("int_performance__stability") }} as stability on judged.cohort_date = stability.as_of_date
