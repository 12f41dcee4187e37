-- All about one customer on one date in one wide row: who it is, what it owes and is exposed to, how it pays, its grade and its alerts.
-- Grain: one row per as_of_date and customer_id.
with provided as (
    select
        provisions.as_of_date,
        provisions.customer_id,
        -- Amounts of several base currencies are never added up.
        case
            when min(companies.base_currency_code) = max(companies.base_currency_code)
                then {{ known_sum("provisions.allowance_base_amount") }}
        end as allowance_base_amount
    from {{ ref("fct_provision") }} as provisions
    inner join {{ ref("int_currencies__base") }} as companies on provisions.company_code = companies.company_code
    group by provisions.as_of_date, provisions.customer_id
)

select
    grades.as_of_date,
    grades.customer_id,
    customers.customer_name,
    customers.unified_social_credit_code,
    grouped.group_id,
    grouped.group_name,
    customers.segment_code,
    customers.industry_code,
    customers.salesperson_code,
    measured.years_of_cooperation,
    -- Nothing open is zero; something open without an exchange rate, or in several base currencies, is not known.
    cast(case when balances.level_key is null then 0 else balances.outstanding_base_amount end as decimal(18, 2)) as outstanding_base_amount,
    cast(case when balances.level_key is null then 0 else balances.overdue_base_amount end as decimal(18, 2)) as overdue_base_amount,
    cast(coalesce(balances.item_count, 0) as integer) as item_count,
    cast(measured.longest_overdue_days as integer) as longest_overdue_days,
    measured.weighted_days_late,
    measured.promises_kept_pct,
    measured.clean_months,
    turnover.dso_simple,
    turnover.turnover_days,
    exposures.exposure_base_amount,
    exposures.credit_limit_amount,
    exposures.headroom_amount,
    exposures.limit_use_pct,
    exposures.is_over_limit,
    exposures.is_shipment_blocked,
    exposures.block_rules,
    grades.scorecard_code,
    grades.score,
    grades.grade_code,
    grades.light_code,
    grades.previous_grade_code,
    grades.move_reason,
    grades.reason_codes,
    grades.override_rule,
    grades.credit_status,
    grades.recommended_terms_days,
    grades.recommended_limit_amount,
    cast(coalesce(alerts.alert_count, 0) as integer) as alert_count,
    alerts.highest_level_code,
    cast(case when provided.customer_id is null then 0 else provided.allowance_base_amount end as decimal(18, 2)) as allowance_base_amount,
    exposures.note,
    grades.policy_version
from {{ ref("fct_risk_grades") }} as grades
inner join {{ ref("int_customers__unified") }} as customers on grades.customer_id = customers.customer_id
inner join {{ ref("int_identity__grouped") }} as grouped on {{ same_customer("grades", "grouped") }}
inner join {{ ref("int_customers__measured") }} as measured on {{ same_customer("grades", "measured") }}
inner join {{ ref("fct_credit_exposure") }} as exposures on {{ same_customer("grades", "exposures") }}
left join {{ ref("fct_turnover") }} as turnover
    on turnover.level = 'customer'
    and grades.as_of_date = turnover.as_of_date
    and grades.customer_id = turnover.level_key
left join {{ ref("int_aging__balances_grouped") }} as balances
    on balances.level = 'customer'
    and grades.as_of_date = balances.balance_date
    and grades.customer_id = balances.level_key
left join {{ ref("int_alerts__standing") }} as alerts on {{ same_customer("grades", "alerts") }}
left join provided on {{ same_customer("grades", "provided") }}
