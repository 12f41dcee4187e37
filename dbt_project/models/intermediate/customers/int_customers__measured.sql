-- Every measure of every customer on each reporting date, using only what was known then. Null: no input, never zero.
-- Grain: one row per as_of_date and customer_id.
select
    reported.as_of_date,
    reported.customer_id,
    -- Owing nothing is known from the ledger and is not a missing input; owing something without a rate is one.
    case when overdue.customer_id is null then 0 else overdue.overdue_share_pct end as overdue_share_pct,
    case when overdue.customer_id is null then 0 else overdue.late_share_pct end as late_share_pct,
    case when overdue.customer_id is null then 0 else overdue.longest_overdue_days end as longest_overdue_days,
    case when overdue.customer_id is null then 0 else overdue.longest_unexplained_overdue_days end as longest_unexplained_overdue_days,
    payment.weighted_days_late,
    payment.days_late_change,
    orders.order_change_pct,
    orders.largest_order_ratio,
    -- Since the earliest that is known of the three.
    {{ ratio(
        months_between("least(customers.customer_since_date, reported.first_accounting_date, reported.first_order_date)", "reported.as_of_date"),
        "12"
    ) }} as years_of_cooperation,
    -- Nothing posted yet is no business yet.
    case
        when reported.first_accounting_date is null then 0
        else {{ months_between("reported.first_accounting_date", "reported.as_of_date") }}
    end as months_of_business,
    clean.clean_months,
    promises.promises_kept_pct,
    exposures.limit_use_pct,
    exposures.over_limit_amount,
    groups.group_customer_count,
    groups.group_longest_overdue_days,
    limitation.limitation_days_left,
    limitation.months_since_confirmation,
    statements.current_ratio,
    statements.debt_to_asset_pct,
    statements.gross_margin_pct,
    statements.net_margin_pct,
    statements.receivables_turnover_ratio,
    statements.cash_flow_to_profit_ratio,
    positions.market_position_pct,
    outlook.industry_outlook_score,
    events.management_change_count,
    events.control_change_count,
    events.mortgage_count,
    events.pledged_share_pct,
    events.litigation_amount,
    events.dishonest_listing_count,
    events.bankrupt_customer_count,
    statements.statement_load_id,
    statements.statement_line_number,
    outlook.outlook_load_id,
    outlook.outlook_line_number,
    events.control_change_load_id,
    events.control_change_line_number
from {{ ref("int_customers__reported") }} as reported
inner join {{ ref("int_customers__unified") }} as customers on reported.customer_id = customers.customer_id
left join {{ ref("int_measures__overdue") }} as overdue on {{ same_customer("reported", "overdue") }}
left join {{ ref("int_measures__payment") }} as payment on {{ same_customer("reported", "payment") }}
left join {{ ref("int_measures__clean_months") }} as clean on {{ same_customer("reported", "clean") }}
left join {{ ref("int_measures__promises") }} as promises on {{ same_customer("reported", "promises") }}
left join {{ ref("int_exposure__customers") }} as exposures on {{ same_customer("reported", "exposures") }}
left join {{ ref("int_identity__grouped") }} as grouped on {{ same_customer("reported", "grouped") }}
left join {{ ref("int_measures__groups") }} as groups
    on grouped.as_of_date = groups.as_of_date and grouped.group_id = groups.group_id
left join {{ ref("int_measures__limitation") }} as limitation on {{ same_customer("reported", "limitation") }}
left join {{ ref("int_measures__orders") }} as orders on {{ same_customer("reported", "orders") }}
left join {{ ref("int_measures__statements") }} as statements on {{ same_customer("reported", "statements") }}
left join {{ ref("int_measures__market_positions") }} as positions on {{ same_customer("statements", "positions") }}
    and statements.statement_period_end = positions.period_end
left join {{ ref("int_measures__events") }} as events on {{ same_customer("reported", "events") }}
left join {{ ref("int_measures__outlook") }} as outlook
    on reported.as_of_date = outlook.as_of_date and customers.industry_code = outlook.industry_code
