-- Debts of the as-of date with the first rule that keeps each out of the financing pool. What a rule cannot measure it excludes.
-- Grain: one row per company_code, document_no and instalment_no.
with items as (
    select
        items.company_code,
        items.document_no,
        items.instalment_no,
        items.customer_id,
        items.due_date,
        items.outstanding_base_amount,
        {{ ratio("100 * coalesce(disputed.claimed_amount, 0)", "items.outstanding_amount") }} as disputed_share_pct,
        items.days_overdue,
        -items.days_overdue as days_to_due,
        measured.longest_overdue_days as customer_longest_overdue_days,
        graded.score as customer_score
    from {{ ref("int_aging__open_items") }} as items
    {{ left_join_claimed("disputed") }}
    left join {{ ref("int_customers__measured") }} as measured on {{ same_customer("items", "measured") }}
    left join {{ ref("int_risk__customers_graded") }} as graded on {{ same_customer("items", "graded") }}
    where items.as_of_date = {{ as_of_date() }} and items.outstanding_amount > 0
),

tried as (
    select
        items.company_code,
        items.document_no,
        items.instalment_no,
        exclusions.exclusion_order,
        exclusions.exclusion_rule,
        exclusions.comparison,
        exclusions.threshold_value,
        case exclusions.measure_code
            {%- for code in [
                "disputed_share_pct", "days_overdue", "days_to_due", "outstanding_base_amount", "customer_longest_overdue_days", "customer_score"
            ] %}
            when '{{ code }}' then cast(items.{{ code }} as decimal(24, 6))
            {%- endfor %}
        end as measured_value
    from items
    inner join {{ ref("policy_financing_exclusions") }} as exclusions on exclusions.policy_version = {{ policy_now("financing") }}
),

excluded as (
    select *, row_number() over (partition by company_code, document_no, instalment_no order by exclusion_order) as place
    from tried
    where measured_value is null or {{ meets_rule("measured_value", "comparison", "threshold_value") }}
)

select
    items.company_code,
    items.document_no,
    items.instalment_no,
    items.customer_id,
    items.due_date,
    items.outstanding_base_amount,
    excluded.exclusion_rule,
    excluded.measured_value,
    excluded.threshold_value
from items
left join excluded
    on items.company_code = excluded.company_code
    and items.document_no = excluded.document_no
    and items.instalment_no = excluded.instalment_no
    and excluded.place = 1
