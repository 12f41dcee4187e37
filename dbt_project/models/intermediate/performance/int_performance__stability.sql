-- Population stability index of the grades: how far their shares moved since the first reporting date kept.
-- Grain: one row per as_of_date.
with shares as (
    select
        as_of_date,
        grade_code,
        cast(count(*) as double) / sum(count(*)) over (partition by as_of_date) as share
    from {{ ref("int_risk__customers_graded") }}
    group by as_of_date, grade_code
),

first_dates as (
    select min(as_of_date) as as_of_date from shares
),

grades as (
    select distinct grade_code from shares
),

grid as (
    select dates.as_of_date, grades.grade_code
    from {{ ref("int_dates__reporting") }} as dates
    cross join grades
),

paired as (
    select
        grid.as_of_date,
        -- An empty class would make the index infinite.
        greatest(coalesce(actual.share, 0), performance.lowest_share) as actual_share,
        greatest(coalesce(expected.share, 0), performance.lowest_share) as expected_share
    from grid
    cross join first_dates
    inner join {{ ref("int_performance__policies_dated") }} as performance on grid.as_of_date = performance.as_of_date
    left join shares as actual on grid.as_of_date = actual.as_of_date and grid.grade_code = actual.grade_code
    left join shares as expected on first_dates.as_of_date = expected.as_of_date and grid.grade_code = expected.grade_code
)

select as_of_date, sum((actual_share - expected_share) * ln(actual_share / expected_share)) as population_stability_index
from paired
group by as_of_date
