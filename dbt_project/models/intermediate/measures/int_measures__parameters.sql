-- The windows of the customer measures in force on each reporting date, side by side.
-- Grain: one row per as_of_date.
select
    dates.as_of_date,
    {% for code in [
        "explanation_valid_days", "late_beyond_days", "payment_window_days", "recent_payment_window_days", "order_window_days",
        "order_comparison_offset_days", "recent_order_window_days", "event_window_days", "management_window_days", "control_share_pct", "reason_count",
        "limitation_months", "market_position_companies",
        "minimum_order_count", "minimum_order_amount", "minimum_payment_count"
    ] %}
    cast(max(case when measures.parameter_code = '{{ code }}' then measures.parameter_value end) as integer) as {{ code }}{{ "," if not loop.last }}
    {% endfor %}
from {{ ref("int_dates__reporting") }} as dates
{{ join_policy_in_force("dates", "measures") }}
inner join {{ ref("policy_measures") }} as measures on in_force.policy_version = measures.policy_version
group by dates.as_of_date
