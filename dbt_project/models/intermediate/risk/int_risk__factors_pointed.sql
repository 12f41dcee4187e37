-- Scorecard factors of each customer: measured value with its row, and the band and points that it has by policy.
-- Grain: one row per as_of_date, customer_id, scorecard_code and factor_code.
with factors as (
    select
        *,
        row_number() over (partition by policy_version, scorecard_code order by weight_pct desc, factor_code) as factor_order
    from {{ ref("policy_scorecard_factors") }}
),

-- Open ends as numbers: `is null or` in an outer join would have DuckDB compare every row with every band.
bands as (
    select
        *,
        coalesce(from_value, {{ lowest_number() }}) as lowest_value,
        coalesce(to_value, -{{ lowest_number() }}) as highest_value
    from {{ ref("policy_scorecard_bands") }}
),

valued as (
    select
        chosen.as_of_date,
        chosen.customer_id,
        chosen.scorecard_code,
        chosen.is_champion,
        chosen.policy_version,
        factors.factor_code,
        factors.factor_order,
        factors.dimension_code,
        factors.weight_pct as policy_weight_pct,
        factors.missing_rule,
        factors.missing_points,
        cast(coalesce({{ measure_value("factors.measure_code", "measured") }}, metrics.measured_value) as decimal(24, 6)) as measured_value,
        {{ measure_source("factors.measure_code") }} as source_table,
        {{ measure_row("load_id", "factors.measure_code", "measured", "metrics") }} as source_load_id,
        {{ measure_row("line_number", "factors.measure_code", "measured", "metrics") }} as source_line_number
    from {{ ref("int_risk__scorecards_chosen") }} as chosen
    inner join {{ ref("int_customers__measured") }} as measured on {{ same_customer("chosen", "measured") }}
    inner join factors on chosen.policy_version = factors.policy_version and chosen.scorecard_code = factors.scorecard_code
    {{ left_join_metrics("chosen", "factors") }}
)

select
    valued.as_of_date,
    valued.customer_id,
    valued.scorecard_code,
    valued.is_champion,
    valued.factor_code,
    valued.factor_order,
    valued.dimension_code,
    valued.policy_weight_pct,
    valued.measured_value,
    bands.from_value as band_from_value,
    bands.to_value as band_to_value,
    case
        when valued.measured_value is not null then bands.points
        when valued.missing_rule = 'fixed_points' then valued.missing_points
    end as points,
    valued.missing_rule,
    valued.source_table,
    valued.source_load_id,
    valued.source_line_number,
    valued.policy_version
from valued
left join bands
    on valued.policy_version = bands.policy_version
    and valued.factor_code = bands.factor_code
    and valued.measured_value >= bands.lowest_value
    and valued.measured_value < bands.highest_value
