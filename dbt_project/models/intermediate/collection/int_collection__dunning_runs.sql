-- Days of the ledger, and how many dunning runs took place through each of them, by the policy in force on the day.
-- Grain: one row per day.
with days as (
    select cast({{ dbt.dateadd("day", "numbers.number", "span.first_date") }} as date) as as_of_date
    from (select min(accounting_date) as first_date from {{ ref("int_ledger__documents_valued") }}) as span
    cross join {{ numbers_to(
        "(select " ~ days_between("min(accounting_date)", "max(refresh_date)") ~ " from " ~ ref("int_ledger__documents_valued")
        ~ " cross join (select as_of_date as refresh_date from " ~ ref("stg_ingestion__refresh") ~ ") as refresh)"
    ) }} as numbers
),

in_force as (
    {{ policies_in_force("days") }}
),

numbered as (
    select
        as_of_date as day,
        policy_version,
        {{ weekday("as_of_date") }} as weekday,
        cast(extract(day from as_of_date) as integer) as monthday,
        cast(extract(day from {{ month_end("as_of_date") }}) as integer) as last_monthday
    from in_force
    where policy_area = 'collection'
),

runs as (
    select distinct numbered.day
    from numbered
    inner join {{ ref("policy_dunning_runs") }} as runs
        on numbered.policy_version = runs.policy_version
        and (
            (runs.day_kind = 'weekday' and runs.day_number = numbered.weekday)
            -- A month that is too short has its run on its last day.
            or (runs.day_kind = 'monthday' and least(runs.day_number, numbered.last_monthday) = numbered.monthday)
        )
)

select
    numbered.day,
    count(runs.day) over (order by numbered.day rows between unbounded preceding and current row) as run_count
from numbered
left join runs on numbered.day = runs.day
