-- Scorecard factors: measured value, points of its band, and the weight it carries after missing factors gave theirs away.
-- Grain: one row per as_of_date, customer_id and factor_code.
with factors as (
    select in_force.as_of_date, factors.*
    from {{ ref("int_dates__policies_in_force") }} as in_force
    inner join {{ ref("policy_scorecard_factors") }} as factors on in_force.policy_version = factors.policy_version
    where in_force.policy_area = 'scorecard'
),

valued as (
    select
        measured.as_of_date,
        measured.customer_id,
        factors.policy_version,
        factors.factor_code,
        factors.dimension_code,
        factors.weight_pct as policy_weight_pct,
        factors.missing_rule,
        factors.missing_points,
        cast({{ measure_value("factors.measure_code", "measured") }} as decimal(24, 6)) as measured_value
    from {{ ref("int_customers__measured") }} as measured
    inner join factors on measured.as_of_date = factors.as_of_date
),

pointed as (
    select
        valued.*,
        valued.measured_value is null as is_missing,
        case
            when valued.measured_value is not null then bands.points
            when valued.missing_rule = 'fixed_points' then valued.missing_points
        end as points
    from valued
    left join {{ ref("policy_scorecard_bands") }} as bands
        on valued.policy_version = bands.policy_version
        and valued.factor_code = bands.factor_code
        and (bands.from_value is null or valued.measured_value >= bands.from_value)
        and (bands.to_value is null or valued.measured_value < bands.to_value)
),

weighted as (
    select
        *,
        sum(case when points is not null then policy_weight_pct else 0 end) over factor_set as available_weight_pct,
        sum(points * policy_weight_pct) over factor_set as weighted_points,
        row_number() over (
            partition by as_of_date, customer_id order by points is null, policy_weight_pct desc, factor_code
        ) = 1 as takes_remainder
    from pointed
    window factor_set as (partition by as_of_date, customer_id)
),

shared as (
    select
        *,
        cast(case when points is null then 0 else 100 * policy_weight_pct / available_weight_pct end as decimal(9, 4)) as weight_pct,
        cast(case when points is null then 0 else points * policy_weight_pct / available_weight_pct end as decimal(9, 4))
            as contribution,
        cast(weighted_points / available_weight_pct as decimal(9, 4)) as score
    from weighted
)

-- Four decimals each; the heaviest factor takes what rounding left, so that weights sum to 100 and contributions to the score.
select
    as_of_date,
    customer_id,
    factor_code,
    dimension_code,
    measured_value,
    points,
    policy_weight_pct,
    case
        when takes_remainder and points is not null
            then cast(100 - sum(case when takes_remainder then 0 else weight_pct end) over factor_set as decimal(9, 4))
        else weight_pct
    end as weight_pct,
    case
        when takes_remainder and points is not null
            then cast(score - sum(case when takes_remainder then 0 else contribution end) over factor_set as decimal(9, 4))
        else contribution
    end as contribution,
    is_missing,
    case when is_missing then missing_rule end as missing_rule,
    policy_version
from shared
window factor_set as (partition by as_of_date, customer_id)
