-- Scorecard factors: measured value with its row, band and points, and the weight it carries after missing factors gave theirs away.
-- Grain: one row per as_of_date, customer_id, scorecard_code and factor_code.
--
-- Four decimals each; the heaviest factor takes what rounding left, so that weights sum to 100 and contributions to the score.
{% set keys = ["as_of_date", "customer_id", "scorecard_code"] %}
{% set weight_pct %}
cast(case when pointed.points is null then 0 else 100 * pointed.policy_weight_pct / totals.available_weight_pct end as decimal(9, 4))
{% endset %}
{% set contribution %}
cast(case when pointed.points is null then 0 else pointed.points * pointed.policy_weight_pct / totals.available_weight_pct end as decimal(9, 4))
{% endset %}
with totals as (
    select
        {{ keys | join(", ") }},
        sum(case when points is not null then policy_weight_pct else 0 end) as available_weight_pct,
        sum(points * policy_weight_pct) as weighted_points,
        min(case when points is not null then factor_order end) as heaviest_order
    from {{ ref("int_risk__factors_pointed") }}
    group by {{ keys | join(", ") }}
),

rounded as (
    select
        {% for key in keys %}pointed.{{ key }},{% endfor %}
        cast(100 - sum({{ weight_pct }}) as decimal(9, 4)) as weight_left,
        cast(
            max(cast(totals.weighted_points / nullif(totals.available_weight_pct, 0) as decimal(9, 4))) - sum({{ contribution }}) as decimal(9, 4)
        ) as contribution_left
    from {{ ref("int_risk__factors_pointed") }} as pointed
    inner join totals on {% for key in keys %}pointed.{{ key }} = totals.{{ key }}{{ " and " if not loop.last }}{% endfor %}
    group by {% for key in keys %}pointed.{{ key }}{{ ", " if not loop.last }}{% endfor %}
)

select
    pointed.as_of_date,
    pointed.customer_id,
    pointed.scorecard_code,
    pointed.is_champion,
    pointed.factor_code,
    pointed.dimension_code,
    pointed.measured_value,
    pointed.band_from_value,
    pointed.band_to_value,
    pointed.points,
    pointed.policy_weight_pct,
    cast({{ weight_pct }} + case when pointed.factor_order = totals.heaviest_order then rounded.weight_left else 0 end as decimal(9, 4)) as weight_pct,
    cast({{ contribution }} + case when pointed.factor_order = totals.heaviest_order then rounded.contribution_left else 0 end as decimal(9, 4))
        as contribution,
    pointed.measured_value is null as is_missing,
    case when pointed.measured_value is null then pointed.missing_rule end as missing_rule,
    pointed.source_table,
    pointed.source_load_id,
    pointed.source_line_number,
    pointed.policy_version
from {{ ref("int_risk__factors_pointed") }} as pointed
inner join totals on {% for key in keys %}pointed.{{ key }} = totals.{{ key }}{{ " and " if not loop.last }}{% endfor %}
inner join rounded on {% for key in keys %}pointed.{{ key }} = rounded.{{ key }}{{ " and " if not loop.last }}{% endfor %}
