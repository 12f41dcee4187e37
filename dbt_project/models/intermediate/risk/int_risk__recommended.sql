-- Terms and limit that policy recommends for each customer: by grade and sales of the last year, moved by credit points.
-- Grain: one row per as_of_date and customer_id.
with yearly_sales as (
    select
        dates.as_of_date,
        sales.level_key as customer_id,
        -- Sales to companies with different base currencies have no sum.
        case
            when not coalesce(min(sales.lowest_base_currency_code) < max(sales.highest_base_currency_code), false)
                then {{ known_sum("sales.sales_base_amount") }}
        end as sales_base_amount
    from {{ ref("int_dates__reporting") }} as dates
    inner join {{ ref("int_turnover__sales_grouped") }} as sales
        on sales.level = 'customer'
        and sales.month_start <= dates.as_of_date
        and sales.month_start > {{ add_months("dates.as_of_date", "-12") }}
    group by dates.as_of_date, sales.level_key
),

limited as (
    select
        graded.as_of_date,
        graded.customer_id,
        graded.policy_version,
        case when terms.terms_days > 0 then greatest(terms.terms_days + coalesce(points.terms_change_days, 0), 0) else terms.terms_days end
            as recommended_terms_days,
        -- Nothing sold gives no limit; sales without a rate, or no grade, say nothing of one.
        cast({{ lesser_of(
            "terms.limit_cap_amount",
            share_of(
                "case when sales.customer_id is null then 0 else " ~ greater_of("sales.sales_base_amount", "0") ~ " end", "terms.sales_months", "12"
            )
        ) }} as decimal(18, 2)) as recommended_limit_amount,
        terms.unsecured_cap_amount,
        terms.condition,
        points.credit_points
    from {{ ref("int_risk__customers_graded") }} as graded
    left join {{ ref("policy_credit_terms") }} as terms
        on graded.policy_version = terms.policy_version and graded.grade_code = terms.grade_code
    left join {{ ref("int_risk__credit_points") }} as points on {{ same_customer("graded", "points") }}
    left join yearly_sales as sales on {{ same_customer("graded", "sales") }}
)

select
    limited.as_of_date,
    limited.customer_id,
    limited.recommended_terms_days,
    limited.recommended_limit_amount,
    limited.recommended_limit_amount > limited.unsecured_cap_amount as needs_security,
    limited.condition as recommended_condition,
    approvals.approver_role,
    limited.credit_points
from limited
left join {{ ref("policy_approvals") }} as approvals
    on limited.policy_version = approvals.policy_version
    and (approvals.from_amount is null or limited.recommended_limit_amount >= approvals.from_amount)
    and (approvals.to_amount is null or limited.recommended_limit_amount < approvals.to_amount)
