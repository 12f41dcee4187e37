-- Loss rate of each bucket: the product of the roll rates from it to loss, x loss given default, x the overlay of the policy.
-- Grain: one row per as_of_date, company_code and bucket of the aging policy in force.
with chained as (
    select
        *,
        min(roll_rate) over (
            partition by as_of_date, company_code order by bucket_order desc rows between unbounded preceding and current row
        ) as lowest_rate,
        sum(ln(case when roll_rate > 0 then roll_rate else 1 end)) over (
            partition by as_of_date, company_code order by bucket_order desc rows between unbounded preceding and current row
        ) as log_rate
    from {{ ref("int_provision__roll_rates") }}
),

overlaid as (
    select
        chained.*,
        coalesce(overlays.overlay_factor, general.overlay_factor, 1) as overlay_factor,
        coalesce(overlays.reason, general.reason) as overlay_reason
    from chained
    left join {{ ref("policy_provision_overlays") }} as overlays
        on chained.policy_version = overlays.policy_version and chained.bucket_code = overlays.bucket_code
    left join {{ ref("policy_provision_overlays") }} as general
        on chained.policy_version = general.policy_version and general.bucket_code = 'any'
)

select
    as_of_date,
    company_code,
    bucket_code,
    bucket_order,
    month_count,
    left_base_amount,
    rolled_base_amount,
    left_count,
    pooled_left_base_amount,
    pooled_rolled_base_amount,
    pooled_left_count,
    rate_source_code,
    note,
    cast(roll_rate as decimal(18, 12)) as roll_rate,
    cast(case when lowest_rate > 0 then exp(log_rate) else 0 end as decimal(18, 12)) as roll_to_loss_rate,
    loss_given_default_pct,
    overlay_factor,
    overlay_reason,
    -- Nothing can lose more than all of itself.
    cast(
        least(case when lowest_rate > 0 then exp(log_rate) else 0 end * cast(loss_given_default_pct as double) / 100 * cast(overlay_factor as double), 1)
        as decimal(18, 12)
    ) as loss_rate,
    window_months,
    policy_version
from overlaid
