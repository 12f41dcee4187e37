-- Provision rates (SEMANTICS 8): each bucket's roll rate, from the company's own history where that is enough, and the loss rate that follows.
-- Grain: one row per as_of_date, company_code and bucket_code.
select
    as_of_date,
    company_code,
    bucket_code,
    cast(bucket_order as integer) as bucket_order,
    cast(window_months as integer) as window_months,
    cast(month_count as integer) as month_count,
    cast(left_base_amount as decimal(18, 2)) as left_base_amount,
    cast(rolled_base_amount as decimal(18, 2)) as rolled_base_amount,
    cast(left_count as integer) as left_count,
    cast(pooled_left_base_amount as decimal(18, 2)) as pooled_left_base_amount,
    cast(pooled_rolled_base_amount as decimal(18, 2)) as pooled_rolled_base_amount,
    cast(pooled_left_count as integer) as pooled_left_count,
    rate_source_code,
    note,
    roll_rate,
    roll_to_loss_rate,
    loss_given_default_pct,
    cast(overlay_factor as decimal(9, 4)) as overlay_factor,
    overlay_reason,
    loss_rate,
    policy_version
from {{ ref("int_provision__loss_rates") }}
