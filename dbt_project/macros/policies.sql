{# The version of each policy area in force on the dates of a relation (column as_of_date): the one with the latest effective_from on
   or before the date. #}
{% macro policies_in_force(dates) -%}
    select dates.as_of_date, versions.policy_area, max_by(versions.policy_version, versions.effective_from) as policy_version
    from {{ dates }} as dates
    inner join {{ ref("policy_versions") }} as versions on dates.as_of_date >= versions.effective_from
    group by dates.as_of_date, versions.policy_area
{%- endmacro %}

{# Joins the version of a policy area that is in force on the dates of a relation (column as_of_date), as `in_force`: rows without one
   are left out. #}
{% macro join_policy_in_force(rows, area) -%}
    inner join {{ ref("int_dates__policies_in_force") }} as in_force
        on {{ rows }}.as_of_date = in_force.as_of_date and in_force.policy_area = '{{ area }}'
{%- endmacro %}

{# Rows of a policy's table that are in force on each date of int_dates__policies_in_force, with the date. #}
{% macro policy_by_date(area, table) -%}
    select in_force.as_of_date, policy.*
    from {{ ref("int_dates__policies_in_force") }} as in_force
    inner join {{ ref(table) }} as policy on in_force.policy_version = policy.policy_version
    where in_force.policy_area = '{{ area }}'
{%- endmacro %}

{# Whether a row that stands once for each choice of the aging policy that changes it (columns receipt_allocation and
   instalment_allocation, `any` where the choice changes nothing) is the one that a version chose. #}
{% macro is_chosen_by(policies, row) -%}
    {{ row }}.receipt_allocation in ('any', {{ policies }}.receipt_allocation)
    and {{ row }}.instalment_allocation in ('any', {{ policies }}.instalment_allocation)
{%- endmacro %}

{# Codes of the buckets that the aging policies in force on the reporting dates use, in their order, then `unapplied` and `fx_difference`. Known
   when the model runs; while dbt only parses, there are none. #}
{% macro wide_bucket_codes(buckets, policies, dates) -%}
    {% set codes = [] %}
    {% if execute and load_relation(buckets) is not none and load_relation(policies) is not none %}
        {% set rows = run_query(
            "select bucket_code from " ~ buckets ~ " as buckets inner join " ~ policies
            ~ " as policies on buckets.policy_version = policies.policy_version inner join " ~ dates
            ~ " as dates on policies.as_of_date = dates.as_of_date group by bucket_code order by min(bucket_order), bucket_code"
        ) %}
        {% set codes = rows.columns[0].values() | list %}
    {% endif %}
    {{ return(codes + ["unapplied", "fx_difference"]) }}
{%- endmacro %}

{# A whole row of a table as one JSON object. #}
{% macro row_as_json(row) -%}
    {{ return(adapter.dispatch("row_as_json", "receivables")(row)) }}
{%- endmacro %}

{% macro default__row_as_json(row) -%}
    to_json(struct({{ row }}.*))
{%- endmacro %}

{% macro duckdb__row_as_json(row) -%}
    cast(to_json({{ row }}) as varchar)
{%- endmacro %}
