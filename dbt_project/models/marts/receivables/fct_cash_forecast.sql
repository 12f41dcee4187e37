-- Cash expected week by week from the receivables that are open on each reporting date, under three scenarios of policy, beside what came
-- in on them in the weeks that are over.
-- Grain: one row per as_of_date, company_code, scenario_code and period_code.
with horizons as (
    select in_force.as_of_date, forecast.horizon_weeks, scenarios.scenario_code, scenarios.policy_version
    from {{ ref("int_dates__policies_in_force") }} as in_force
    inner join {{ ref("policy_cash_forecast") }} as forecast on in_force.policy_version = forecast.policy_version
    inner join {{ ref("policy_cash_forecast_scenarios") }} as scenarios on in_force.policy_version = scenarios.policy_version
    where in_force.policy_area = 'forecast'
),

horizons_dated as (
    select as_of_date, max(horizon_weeks) as horizon_weeks from horizons group by as_of_date
),

expected as (
    select
        items.as_of_date,
        items.company_code,
        items.scenario_code,
        least(
            cast(ceil(cast({{ days_between("items.as_of_date", "items.expected_on") }} as double) / {{ days_of_a_week() }}) as integer),
            horizons.horizon_weeks + 1
        ) as week_number,
        count(*) as item_count,
        case when count(items.outstanding_base_amount) = count(*) then sum(items.outstanding_base_amount) end as open_base_amount,
        case when count(items.outstanding_base_amount) = count(*) then sum(items.expected_base_amount) end as expected_base_amount
    from {{ ref("int_forecast__items_expected") }} as items
    inner join horizons on items.as_of_date = horizons.as_of_date and items.scenario_code = horizons.scenario_code
    group by items.as_of_date, items.company_code, items.scenario_code, week_number
),

-- Paid on what was open on the reporting date, in each week after it.
received as (
    select
        items.as_of_date,
        items.company_code,
        cast(ceil(cast({{ days_between("items.as_of_date", "payments.effective_date") }} as double) / {{ days_of_a_week() }}) as integer)
            as week_number,
        case when count(payments.paid_base_amount) = count(*) then sum(payments.paid_base_amount) end as received_base_amount
    from {{ ref("int_receivables__open_items") }} as items
    inner join horizons_dated as horizons on items.as_of_date = horizons.as_of_date
    inner join {{ ref("int_receivables__policies_dated") }} as aging on items.as_of_date = aging.as_of_date
    inner join {{ ref("int_receivables__payments") }} as payments
        on items.company_code = payments.company_code
        and items.document_no = payments.document_no
        and items.instalment_no = payments.instalment_no
        and {{ is_chosen_by("aging", "payments") }}
        and payments.effective_date > items.as_of_date
        and payments.effective_date <= {{ dbt.dateadd("day", "horizons.horizon_weeks * " ~ days_of_a_week(), "items.as_of_date") }}
        and {{ stands_on(as_of_date()) }}
    where items.is_reporting_date and items.outstanding_amount > 0
    group by items.as_of_date, items.company_code, week_number
),

companies as (
    select distinct as_of_date, company_code from expected
),

periods as (
    select
        horizons.*,
        numbers.number as week_number,
        companies.company_code,
        {{ dbt.dateadd("day", "(numbers.number - 1) * " ~ days_of_a_week() ~ " + 1", "horizons.as_of_date") }} as week_start_date,
        {{ dbt.dateadd("day", "numbers.number * " ~ days_of_a_week(), "horizons.as_of_date") }} as week_end_date
    from horizons
    inner join companies on horizons.as_of_date = companies.as_of_date
    inner join {{ numbers_to("(select max(horizon_weeks) + 1 from horizons)") }} as numbers
        on numbers.number between 1 and horizons.horizon_weeks + 1
)

select
    periods.as_of_date,
    periods.company_code,
    periods.scenario_code,
    case
        when periods.week_number <= periods.horizon_weeks then 'week_' || lpad(cast(periods.week_number as varchar), 2, '0') else 'later'
    end as period_code,
    case when periods.week_number <= periods.horizon_weeks then cast(periods.week_number as integer) end as week_number,
    case when periods.week_number <= periods.horizon_weeks then cast(periods.week_start_date as date) end as week_start_date,
    case when periods.week_number <= periods.horizon_weeks then cast(periods.week_end_date as date) end as week_end_date,
    cast(coalesce(expected.item_count, 0) as integer) as item_count,
    cast(case when expected.as_of_date is null then 0 else expected.open_base_amount end as decimal(18, 2)) as open_base_amount,
    cast(case when expected.as_of_date is null then 0 else expected.expected_base_amount end as decimal(18, 2)) as expected_base_amount,
    cast(case
        when periods.week_number > periods.horizon_weeks or periods.week_end_date > {{ as_of_date() }} then null
        when received.as_of_date is null then 0
        else received.received_base_amount
    end as decimal(18, 2)) as received_base_amount,
    periods.policy_version
from periods
left join expected
    on periods.as_of_date = expected.as_of_date
    and periods.company_code = expected.company_code
    and periods.scenario_code = expected.scenario_code
    and periods.week_number = expected.week_number
left join received
    on periods.as_of_date = received.as_of_date
    and periods.company_code = received.company_code
    and periods.week_number = received.week_number
