{# The customer measures that scorecards and alert rules may name besides the sender's own metrics: the value columns of
   int_customers__measured, by where they come from. #}
{% macro measure_sources() -%}
    {{ return({
        "erp.documents": [
            "overdue_share_pct", "late_share_pct", "longest_overdue_days", "longest_unexplained_overdue_days", "years_of_cooperation",
            "months_of_business", "clean_months", "limit_use_pct", "over_limit_amount",
            "group_customer_count", "group_longest_overdue_days",
        ],
        "erp.applications": ["weighted_days_late", "days_late_change"],
        "erp.statement_confirmations": ["limitation_days_left", "months_since_confirmation"],
        "erp.orders": ["order_change_pct", "largest_order_ratio"],
        "crm.promises_to_pay": ["promises_kept_pct"],
        "bureau.financial_statements": [
            "current_ratio", "debt_to_asset_pct", "gross_margin_pct", "net_margin_pct", "receivables_turnover_ratio",
            "cash_flow_to_profit_ratio", "market_position_pct",
        ],
        "bureau.industry_outlook": ["industry_outlook_score"],
        "bureau.events": [
            "management_change_count", "control_change_count", "mortgage_count", "pledged_share_pct", "litigation_amount",
            "dishonest_listing_count", "bankrupt_customer_count",
        ],
    }) }}
{%- endmacro %}

{# The measures of each kind of subject that an alert rule may watch. #}
{% macro subject_measures() -%}
    {{ return({
        "customer": measure_sources().values() | sum(start=[]),
        "group": ["group_customer_count", "group_longest_overdue_days", "group_over_limit_amount"],
        "salesperson": ["overdue_rate_pct", "red_line_excess_pct"],
    }) }}
{%- endmacro %}

{# The value of the measure that a policy row names; null for a metric of the sender's own. Each is cast by itself: the common type of
   amounts and ratios would keep two decimals of either. #}
{% macro measure_value(measure_code, measured, subject_type="customer") -%}
    case {{ measure_code }}
    {%- for code in subject_measures()[subject_type] %}
        when '{{ code }}' then cast({{ measured }}.{{ code }} as decimal(24, 6))
    {%- endfor %}
    end
{%- endmacro %}

{# Joins the senders' own metrics, as `metrics`, to subjects on their dates: the metric that a policy row's measure_code names. #}
{% macro left_join_metrics(subjects, policy, subject_code="customer_id") -%}
    left join {{ ref("int_measures__metrics") }} as metrics
        on {{ subjects }}.as_of_date = metrics.as_of_date
        and {{ subjects }}.{{ subject_code }} = metrics.subject_code
        and {{ policy }}.measure_code = metrics.measure_code
{%- endmacro %}

{# The canonical table that the measure comes from. #}
{% macro measure_source(measure_code) -%}
    case
    {%- for source, codes in measure_sources().items() %}
        when {{ measure_code }} in ('{{ codes | join("', '") }}') then '{{ source }}'
    {%- endfor %}
        else 'any.metrics'
    end
{%- endmacro %}

{# `load_id` or `line_number` of the one row that a measure was read from; null where it is computed over many. #}
{% macro measure_row(part, measure_code, measured, metrics) -%}
    case
        when {{ measure_code }} in ('{{ measure_sources()["bureau.financial_statements"] | join("', '") }}') then {{ measured }}.statement_{{ part }}
        when {{ measure_code }} = 'industry_outlook_score' then {{ measured }}.outlook_{{ part }}
        when {{ measure_code }} = 'management_change_count' then {{ measured }}.control_change_{{ part }}
        else {{ metrics }}.{{ part }}
    end
{%- endmacro %}

{# Whether a measured value meets a rule of policy: at_least, more_than, at_most or less_than its threshold. Null when there is no value. #}
{% macro meets_rule(value, comparison, threshold) -%}
    case {{ comparison }}
        when 'at_least' then {{ value }} >= {{ threshold }}
        when 'more_than' then {{ value }} > {{ threshold }}
        when 'at_most' then {{ value }} <= {{ threshold }}
        when 'less_than' then {{ value }} < {{ threshold }}
    end
{%- endmacro %}

{# The rows of a published table with the day that the next publication about the same thing supersedes each. #}
{% macro publications(published, about, then_by=none) -%}
    select
        *,
        lead(published_on) over (
            partition by {{ about | join(", ") }} order by published_on{{ ", " ~ then_by if then_by }}
        ) as superseded_on
    from {{ published }}
{%- endmacro %}

{# Whether a publication was the newest public one on a date. #}
{% macro public_on(date, publications="publications") -%}
    {{ publications }}.published_on <= {{ date }}
    and ({{ publications }}.superseded_on is null or {{ publications }}.superseded_on > {{ date }})
{%- endmacro %}
