-- The policy version in force in each area on each balance date.
-- Grain: one row per as_of_date and policy area.
with dates as (
    select balance_date as as_of_date from {{ ref("int_dates__balance_dates") }}
)

{{ policies_in_force("dates") }}
