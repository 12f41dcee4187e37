{# The customer measures that scorecards and alert rules may name: the value columns of int_customers__measured. #}
{% macro measure_codes() -%}
    {{ return([
        "overdue_share_pct", "late_share_pct", "longest_overdue_days", "longest_unexplained_overdue_days",
        "weighted_days_late", "days_late_change",
        "order_change_pct", "largest_order_ratio", "years_of_cooperation",
        "current_ratio", "debt_to_asset_pct", "gross_margin_pct", "net_margin_pct", "receivables_turnover_ratio",
        "cash_flow_to_profit_ratio", "industry_outlook_score",
        "management_change_count", "control_change_count", "mortgage_count", "pledged_share_pct", "litigation_amount",
        "dishonest_listing_count", "bankrupt_customer_count",
    ]) }}
{%- endmacro %}

{# The value of the measure that a policy row names. #}
{% macro measure_value(measure_code, measured) -%}
    case {{ measure_code }}
    {%- for code in measure_codes() %}
        when '{{ code }}' then {{ measured }}.{{ code }}
    {%- endfor %}
    end
{%- endmacro %}
