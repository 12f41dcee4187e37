-- Every row of policy as it stands in the policy tables: the numbers that figures of its version are computed with.
-- Grain: one row per policy_version, policy_table and policy_row.
{% set policy_tables = [
    "policy_abc_classes", "policy_aging", "policy_aging_buckets", "policy_alert_rules", "policy_alert_thresholds",
    "policy_approvals", "policy_cash_forecast", "policy_cash_forecast_scenarios", "policy_collection",
    "policy_collection_stages", "policy_credit_point_terms", "policy_credit_points", "policy_credit_statuses",
    "policy_credit_terms", "policy_debtor_types", "policy_dunning_runs", "policy_exposure", "policy_financing", "policy_financing_exclusions",
    "policy_grade_notches", "policy_grade_overrides", "policy_grades", "policy_key_figures", "policy_landing", "policy_matching",
    "policy_matching_levels", "policy_matching_rules", "policy_measures", "policy_payment_habits", "policy_performance",
    "policy_performance_horizons", "policy_performance_outcomes", "policy_provision", "policy_provision_overlays",
    "policy_scorecard_bands", "policy_scorecard_factors", "policy_scorecards", "policy_shipment_blocks",
    "policy_specific_provisions", "policy_turnover", "policy_turnover_benchmarks",
] %}
{% for policy_table in policy_tables %}
select
    {{ as_of_date() }} as as_of_date,
    policy_version,
    '{{ policy_table }}' as policy_table,
    {{ row_as_json("policy") }} as policy_row
from {{ ref(policy_table) }} as policy
{{ "union all" if not loop.last }}
{% endfor %}
