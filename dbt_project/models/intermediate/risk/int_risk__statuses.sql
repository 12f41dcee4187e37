-- Standing that several month-end reviews in a row give a customer: strategic, restricted, or standard.
-- Grain: one row per as_of_date and customer_id.
--
-- Where the kept history is shorter than the reviews that a status asks for, the status is unknown and not given.
with reviews as (
    select
        dates.as_of_date,
        row_number() over (order by dates.as_of_date) as review_number
    from {{ ref("int_dates__reporting") }} as dates
),

reviewed as (
    select
        graded.as_of_date,
        reviews.review_number,
        graded.customer_id,
        graded.grade_code,
        graded.policy_version,
        coalesce(standing.level_order, 0) as level_order
    from {{ ref("int_risk__customers_graded") }} as graded
    inner join reviews on graded.as_of_date = reviews.as_of_date
    left join {{ ref("int_alerts__standing") }} as standing on {{ same_customer("graded", "standing") }}
),

met as (
    select
        reviewed.as_of_date,
        reviewed.review_number,
        reviewed.customer_id,
        statuses.status_code,
        statuses.status_order,
        statuses.review_count,
        row_number() over (partition by reviewed.customer_id, statuses.status_code order by reviewed.review_number) as met_number
    from reviewed
    inner join {{ ref("policy_credit_statuses") }} as statuses
        on reviewed.policy_version = statuses.policy_version
        and (statuses.grade_code is null or reviewed.grade_code = statuses.grade_code)
    left join {{ ref("alert_levels") }} as levels on statuses.level_code = levels.level_code
    where statuses.level_code is null or reviewed.level_order >= levels.level_order
),

in_a_row as (
    select
        *,
        count(*) over (
            partition by customer_id, status_code, review_number - met_number order by review_number
            rows between unbounded preceding and current row
        ) as row_length
    from met
),

given as (
    select as_of_date, customer_id, min_by(status_code, status_order) as status_code
    from in_a_row
    where row_length >= review_count
    group by as_of_date, customer_id
)

select
    reviewed.as_of_date,
    reviewed.customer_id,
    coalesce(given.status_code, 'standard') as credit_status
from reviewed
left join given on {{ same_customer("reviewed", "given") }}
