-- Does the score predict: AUC with its confidence interval, Gini, KS and stability of each scorecard, next to plain days overdue.
-- Grain: one row per as_of_date, cohort_code, horizon_days, outcome_code and scorecard_code.
select
    found.cohort_date as as_of_date,
    found.cohort_code,
    found.horizon_days,
    found.outcome_code,
    found.scorecard_code,
    cast(found.customer_count as integer) as customer_count,
    cast(found.bad_customer_count as integer) as bad_customer_count,
    cast(found.auc as decimal(9, 6)) as auc,
    cast(greatest(found.auc - performance.z_score * found.auc_standard_error, 0) as decimal(9, 6)) as auc_low,
    cast(least(found.auc + performance.z_score * found.auc_standard_error, 1) as decimal(9, 6)) as auc_high,
    cast(2 * found.auc - 1 as decimal(9, 6)) as gini,
    cast(found.ks as decimal(9, 6)) as ks,
    cast(stability.population_stability_index as decimal(18, 6)) as population_stability_index,
    case
        when found.auc is null or found.bad_customer_count < performance.lowest_bad_count then 'not_evaluable'
        when least(found.auc + performance.z_score * found.auc_standard_error, 1) < performance.lowest_auc then 'collapsed'
        when found.scorecard_code = 'champion' and inversions.cohort_date is not null then 'inverted'
        else 'holds'
    end as status_code,
    performance.policy_version
from {{ ref("int_performance__discriminations") }} as found
inner join {{ ref("int_performance__policies_dated") }} as performance on found.cohort_date = performance.as_of_date
left join {{ ref("int_performance__stability") }} as stability on found.cohort_date = stability.as_of_date
left join {{ ref("int_performance__inversions") }} as inversions
    on found.cohort_code = inversions.cohort_code
    and found.cohort_date = inversions.cohort_date
    and found.horizon_days = inversions.horizon_days
    and found.outcome_code = inversions.outcome_code
