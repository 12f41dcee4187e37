-- Roll rate of each bucket: of what left it in the window of the provision policy, the part that grew older or was written off.
-- Grain: one row per as_of_date, company_code and bucket of the aging policy in force.
--
-- A rate must rest on as much as policy asks for: the company's own history, else that of all companies with its base currency, else what
-- policy sets. However little rolled, a rate is not below the lowest of the policy: one zero would make those of all younger buckets zero.
with sourced as (
    select
        *,
        case
            when left_base_amount > 0 and left_base_amount >= evidence_base_amount and left_count >= evidence_count then 'own'
            when pooled_left_base_amount > 0 and pooled_left_base_amount >= evidence_base_amount and pooled_left_count >= evidence_count
                then 'pooled'
            else 'unproven'
        end as rate_source_code
    from {{ ref("int_provision__evidence") }}
),

rated as (
    select
        *,
        case rate_source_code
            when 'own' then cast(rolled_base_amount as double) / cast(left_base_amount as double)
            when 'pooled' then cast(pooled_rolled_base_amount as double) / cast(pooled_left_base_amount as double)
            else cast(unproven_roll_rate_pct as double) / 100
        end as measured_rate
    from sourced
)

select
    as_of_date,
    company_code,
    bucket_code,
    bucket_order,
    policy_version,
    window_months,
    loss_given_default_pct,
    month_count,
    left_base_amount,
    rolled_base_amount,
    left_count,
    pooled_left_base_amount,
    pooled_rolled_base_amount,
    pooled_left_count,
    rate_source_code,
    nullif(concat_ws(
        '; ',
        case
            when rate_source_code <> 'own'
                then 'own history, ' || cast(left_count as varchar) || ' items of ' || cast(cast(left_base_amount as decimal(18, 2)) as varchar)
                    || ', is less than policy asks for'
        end,
        case when rate_source_code = 'unproven' then 'that of all companies too' end,
        case
            when unrated_left_count > 0 or (rate_source_code <> 'own' and pooled_unrated_left_count > 0)
                then 'items that have no rate into the base currency are left out: '
                    || cast(case rate_source_code when 'own' then unrated_left_count else pooled_unrated_left_count end as varchar)
        end,
        case when measured_rate < cast(lowest_roll_rate_pct as double) / 100 then 'raised to the lowest rate of the policy' end
    ), '') as note,
    greatest(measured_rate, cast(lowest_roll_rate_pct as double) / 100) as roll_rate
from rated
