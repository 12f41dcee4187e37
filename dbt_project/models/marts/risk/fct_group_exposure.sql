-- Credit exposure of each group of customers under one actual controller: several companies, one risk.
-- Grain: one row per as_of_date and group_id.
--
-- Members without a grade are no better and no worse than the others: they do not count in the lowest.
with policy as (
    {{ ordered_grades() }}
),

grades as (
    select
        grouped.as_of_date,
        grouped.group_id,
        min(graded.score) as lowest_score,
        max_by(graded.grade_code, policy.grade_order) as lowest_grade_code
    from {{ ref("int_identity__grouped") }} as grouped
    inner join {{ ref("int_risk__customers_graded") }} as graded on {{ same_customer("grouped", "graded") }}
    inner join policy
        on graded.policy_version = policy.policy_version and graded.grade_code = policy.grade_code
    group by grouped.as_of_date, grouped.group_id
)

select
    exposures.as_of_date,
    exposures.group_id,
    exposures.group_name,
    exposures.group_rule,
    cast(exposures.customer_count as integer) as customer_count,
    exposures.exposure_base_amount,
    exposures.credit_limit_amount,
    cast(exposures.credit_limit_amount - exposures.exposure_base_amount as decimal(18, 2)) as headroom_amount,
    exposures.exposure_base_amount > exposures.credit_limit_amount as is_over_limit,
    exposures.largest_exposure_base_amount,
    grades.lowest_score,
    grades.lowest_grade_code,
    exposures.note
from {{ ref("int_exposure__groups") }} as exposures
left join grades on exposures.as_of_date = grades.as_of_date and exposures.group_id = grades.group_id
