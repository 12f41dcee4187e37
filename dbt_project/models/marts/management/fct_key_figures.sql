-- Key figures of the credit department for the monthly meeting, each with its target, benchmark, trend and status.
-- Grain: one row per as_of_date, company_code and figure_code; company_code all for figures over all companies.
with bad_debts as (
    select
        as_of_date, company_code,
        {{ ratio("100 * " ~ known_sum("bad_debt_base_amount"), "greatest(" ~ known_sum("sales_base_amount") ~ ", 0)") }} as figure_value
    from {{ ref("fct_bad_debts") }}
    group by as_of_date, company_code
),

grades as (
    select as_of_date, {{ ratio("100 * count(case when grade_code = 'A' then 1 end)", "count(*)") }} as figure_value
    from {{ ref("int_risk__customers_graded") }}
    -- Who has no grade is not one of another grade.
    where grade_code <> 'ungraded'
    group by as_of_date
),

-- Of the alerts whose time to respond ended since the reporting date before, those that were answered within it; null where none did.
responses as (
    select
        dates.as_of_date,
        {{ ratio(
            "100 * count(case when episodes.responded_at <= episodes.response_due_at then 1 end)", "count(episodes.response_due_at)"
        ) }} as figure_value
    from {{ ref("int_dates__reporting") }} as dates
    inner join {{ ref("int_quality__source_counts") }} as sources
        on sources.table_name = 'crm.alert_responses' and sources.is_delivered
    left join {{ ref("int_alerts__episodes") }} as episodes
        on cast(episodes.response_due_at as date) <= dates.as_of_date and cast(episodes.response_due_at as date) > dates.previous_date
    group by dates.as_of_date
),

collected as (
    select
        as_of_date,
        -- Between books in several currencies there is no rate.
        case
            when coalesce(min(base_currency_code) = max(base_currency_code), true)
                then {{ ratio("100 * " ~ known_sum("cost_base_amount"), known_sum("paid_late_base_amount")) }}
        end as figure_value
    from {{ ref("fct_collection_effectiveness") }}
    where level = 'channel'
    group by as_of_date
),

figures as (
    select as_of_date, level_key as company_code, 'turnover_days' as figure_code, turnover_days as figure_value
    from {{ ref("fct_turnover") }} where level = 'company'
    union all
    select as_of_date, level_key, 'on_time_collection_pct', on_time_amount_rate_pct
    from {{ ref("fct_turnover") }} where level = 'company'
    union all
    select as_of_date, company_code, 'bad_debt_ratio_pct', figure_value from bad_debts
    union all
    select balances.balance_date, balances.level_key, 'overdue_rate_pct',
        {{ ratio("100 * balances.overdue_base_amount", "balances.owed_base_amount") }}
    from {{ ref("int_aging__balances_grouped") }} as balances
    inner join {{ ref("int_dates__reporting") }} as dates on balances.balance_date = dates.as_of_date
    where balances.level = 'company'
    union all
    select turnover.as_of_date, turnover.level_key, 'cash_conversion_cycle_days',
        turnover.turnover_days + inventory.measured_value - payables.measured_value
    from {{ ref("fct_turnover") }} as turnover
    left join {{ ref("int_measures__metrics") }} as inventory
        on turnover.as_of_date = inventory.as_of_date
        and turnover.level_key = inventory.subject_code
        and inventory.measure_code = 'metrics.inventory_days'
    left join {{ ref("int_measures__metrics") }} as payables
        on turnover.as_of_date = payables.as_of_date
        and turnover.level_key = payables.subject_code
        and payables.measure_code = 'metrics.payable_days'
    where turnover.level = 'company'
    union all
    select as_of_date, 'all', 'grade_a_share_pct', figure_value from grades
    union all
    select as_of_date, 'all', 'collection_cost_rate_pct', figure_value from collected
    union all
    select as_of_date, 'all', 'alert_response_pct', figure_value from responses
),

-- Turnover days are held against the company's own line of business.
measured as (
    select
        figures.*,
        lag(figures.figure_value) over (partition by figures.company_code, figures.figure_code order by figures.as_of_date) as previous_value,
        coalesce(case when figures.figure_code = 'turnover_days' then own.target_turnover_days end, general.target_value) as target_value,
        coalesce(case when figures.figure_code = 'turnover_days' then own.benchmark_turnover_days end, general.benchmark_value)
            as benchmark_value,
        general.unit,
        general.good_direction,
        general.policy_version
    from figures
    {{ join_policy_in_force("figures", "collection") }}
    inner join {{ ref("policy_key_figures") }} as general
        on in_force.policy_version = general.policy_version and figures.figure_code = general.figure_code
    left join {{ ref("int_turnover__benchmarks") }} as own
        on figures.as_of_date = own.as_of_date
        and figures.company_code = own.company_code
)

select
    as_of_date,
    company_code,
    figure_code,
    cast(figure_value as decimal(24, 6)) as figure_value,
    unit,
    cast(target_value as decimal(24, 6)) as target_value,
    cast(benchmark_value as decimal(24, 6)) as benchmark_value,
    cast(previous_value as decimal(24, 6)) as previous_value,
    case
        when previous_value is null or figure_value is null then null
        when figure_value = previous_value then 'unchanged'
        when (figure_value > previous_value) = (good_direction = 'up') then 'better'
        else 'worse'
    end as trend_code,
    case
        when figure_value is null then 'not_evaluable'
        when target_value is null then 'no_target'
        when good_direction = 'up' and figure_value >= target_value then 'met'
        when good_direction = 'down' and figure_value <= target_value then 'met'
        else 'missed'
    end as status_code,
    policy_version
from measured
