-- Scorecard factors: measured value with its row, band and points, and the weight it carries after missing factors gave theirs away.
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
        factors.measure_code,
        factors.weight_pct as policy_weight_pct,
        factors.missing_rule,
        factors.missing_points,
        cast(coalesce({{ measure_value("factors.measure_code", "measured") }}, metrics.measured_value) as decimal(24, 6)) as measured_value,
        {{ measure_source("factors.measure_code") }} as source_table,
        {{ measure_row("load_id", "factors.measure_code", "measured", "metrics") }} as source_load_id,
        {{ measure_row("line_number", "factors.measure_code", "measured", "metrics") }} as source_line_number
    from {{ ref("int_risk__scorecards_chosen") }} as chosen
    inner join {{ ref("int_customers__measured") }} as measured
        on chosen.as_of_date = measured.as_of_date and chosen.customer_id = measured.customer_id
    inner join factors on chosen.policy_version = factors.policy_version and chosen.scorecard_code = factors.scorecard_code
    left join {{ ref("int_measures__metrics") }} as metrics
        on chosen.as_of_date = metrics.as_of_date
        and chosen.customer_id = metrics.subject_code
        and factors.measure_code = metrics.measure_code
),

pointed as (
    select
        valued.*,
        bands.from_value as band_from_value,
        bands.to_value as band_to_value,
        case
            when valued.measured_value is not null then bands.points
            when valued.missing_rule = 'fixed_points' then valued.missing_points
        end as points
    from valued
    left join bands
        on valued.policy_version = bands.policy_version
        and valued.factor_code = bands.factor_code
        and valued.measured_value >= bands.lowest_value
        and valued.measured_value < bands.highest_value
),

totals as (
    select
        as_of_date,
        customer_id,
        scorecard_code,
        sum(case when points is not null then policy_weight_pct else 0 end) as available_weight_pct,
        sum(points * policy_weight_pct) as weighted_points,
        min(case when points is not null then factor_order end) as heaviest_order
    from pointed
    group by as_of_date, customer_id, scorecard_code
),

shared as (
    select
        pointed.*,
        totals.heaviest_order,
        cast(case when pointed.points is null then 0 else 100 * pointed.policy_weight_pct / totals.available_weight_pct end as decimal(9, 4))
            as weight_pct,
        cast(case when pointed.points is null then 0 else pointed.points * pointed.policy_weight_pct / totals.available_weight_pct end as decimal(9, 4))
            as contribution,
        cast(totals.weighted_points / nullif(totals.available_weight_pct, 0) as decimal(9, 4)) as score
    from pointed
    inner join totals
        on pointed.as_of_date = totals.as_of_date
        and pointed.customer_id = totals.customer_id
        and pointed.scorecard_code = totals.scorecard_code
),

rounded as (
    select
        as_of_date, customer_id, scorecard_code,
        cast(100 - sum(weight_pct) as decimal(9, 4)) as weight_left,
        cast(max(score) - sum(contribution) as decimal(9, 4)) as contribution_left
    from shared
    group by as_of_date, customer_id, scorecard_code
)

-- Four decimals each; the heaviest factor takes what rounding left, so that weights sum to 100 and contributions to the score.
select
    shared.as_of_date,
    shared.customer_id,
    shared.scorecard_code,
    shared.is_champion,
    shared.factor_code,
    shared.dimension_code,
    shared.measured_value,
    shared.band_from_value,
    shared.band_to_value,
    shared.points,
    shared.policy_weight_pct,
    cast(shared.weight_pct + case when shared.factor_order = shared.heaviest_order then rounded.weight_left else 0 end as decimal(9, 4)) as weight_pct,
    cast(shared.contribution + case when shared.factor_order = shared.heaviest_order then rounded.contribution_left else 0 end as decimal(9, 4))
        as contribution,
    shared.measured_value is null as is_missing,
    case when shared.measured_value is null then shared.missing_rule end as missing_rule,
    shared.source_table,
    shared.source_load_id,
    shared.source_line_number,
    shared.policy_version
from shared
inner join rounded
    on shared.as_of_date = rounded.as_of_date
    and shared.customer_id = rounded.customer_id
    and shared.scorecard_code = rounded.scorecard_code
