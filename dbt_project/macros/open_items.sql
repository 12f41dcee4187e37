{# Open items on balance dates, under the aging policy in force that day, of a relation with the columns of
   int_ledger__balance_periods: all of them, or those that somebody asks for, so that only their dates are written out. `days` says
   which balance dates. #}
{% macro open_items(periods, days="not is_for_rates_only") -%}
    {% set carried = [
        "receipt_allocation", "instalment_allocation", "company_code", "document_no", "instalment_no", "open_amount", "customer_id",
        "document_type", "document_date", "accounting_date", "due_date", "currency_code", "fx_rate", "salesperson_code", "segment_code"
    ] %}
    with dates as (
        select * from {{ ref("int_dates__balance_dates") }} where {{ days }}
    ),

    month_span as (
        select min(month_number) as first_month, max(month_number) as last_month from dates where is_month_end
    ),

    -- A period holds at the month-ends from its first month up to but not including the month in which it ends: arithmetic on months,
    -- where comparing every period with every date takes several times as long.
    spans as (
        select
            periods.*,
            greatest({{ month_number("periods.valid_from") }}, month_span.first_month) as first_month,
            least({{ month_number("periods.valid_before") }} - 1, month_span.last_month) as last_month
        from {{ periods }} as periods
        cross join month_span
    ),

    at_month_ends as (
        select {{ carried | join(", ") }}, {{ each_number("first_month", "last_month") }} as month_number
        from spans
        where first_month <= last_month
    ),

    dated as (
        select dates.balance_date as as_of_date, dates.is_reporting_date, {{ carried | join(", ") }}
        from at_month_ends
        inner join dates on at_month_ends.month_number = dates.month_number and dates.is_month_end
        union all
        select dates.balance_date, dates.is_reporting_date, {{ carried | join(", ") }}
        from {{ periods }} as periods
        inner join dates
            on dates.balance_date >= periods.valid_from
            and (periods.valid_before is null or dates.balance_date < periods.valid_before)
            and not dates.is_month_end
    ),

    rated as (
        select dated.*, closing_rates.fx_rate as closing_fx_rate
        from dated
        left join {{ ref("int_currencies__closing_rates") }} as closing_rates
            on dated.as_of_date = closing_rates.as_of_date
            and dated.company_code = closing_rates.company_code
            and dated.currency_code = closing_rates.currency_code
    ),

    aged as (
        {{ aged_items("rated", ref("int_dates__receivables_policies"), ref("policy_aging_buckets")) }}
    )

    select
        as_of_date,
        is_reporting_date,
        company_code,
        document_no,
        instalment_no,
        customer_id,
        due_date,
        currency_code,
        fx_rate,
        salesperson_code,
        segment_code,
        cast(days_overdue as integer) as days_overdue,
        cast(days_past_due as integer) as days_past_due,
        bucket_order,
        age_bucket_code,
        bucket_code,
        ledger_status,
        outstanding_amount,
        outstanding_base_amount,
        cast(outstanding_closing_base_amount as decimal(18, 2)) as outstanding_closing_base_amount,
        cast(unrealised_fx_base_amount as decimal(18, 2)) as unrealised_fx_base_amount,
        policy_version
    from aged
{%- endmacro %}
