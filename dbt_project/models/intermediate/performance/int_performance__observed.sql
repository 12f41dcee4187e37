-- What became of each customer within each horizon, where the horizon has passed and the customer was not already bad.
-- Grain: one row per as_of_date, horizon_days, outcome_code and customer_id.
{{ config(materialized="view") }}
select
    outlooks.as_of_date,
    horizons.horizon_days,
    outlooks.outcome_code,
    outlooks.customer_id,
    outlooks.is_scored,
    coalesce(outlooks.next_event_date <= {{ dbt.dateadd("day", "horizons.horizon_days", "outlooks.as_of_date") }}, false) as is_bad
from {{ ref("int_performance__outlooks") }} as outlooks
inner join {{ ref("int_performance__policies_dated") }} as policies on outlooks.as_of_date = policies.as_of_date
inner join {{ ref("policy_performance_horizons") }} as horizons
    on policies.policy_version = horizons.policy_version
    and {{ dbt.dateadd("day", "horizons.horizon_days", "outlooks.as_of_date") }} <= {{ as_of_date() }}
where not outlooks.is_already_bad
