-- Cash expected week by week from the receivables that are open on each reporting date, under three scenarios of policy, beside what came
-- in on them in the weeks that are over.
-- Grain: one row per as_of_date, company_code, scenario_code and period_code.
--
-- Of what should have come by the reporting date, a part comes each week: the rate at which overdue debts of its age came in before, times the
-- scenario's factor, of what is left. To the cent, as differences of rounded sums: what is expected and what is not, each for itself.
with horizons as (
    select
        in_force.as_of_date, forecast.horizon_weeks, forecast.fallback_weekly_pct, scenarios.scenario_code, scenarios.backlog_factor,
        scenarios.policy_version
    from {{ ref("int_dates__policies_in_force") }} as in_force
    inner join {{ ref("policy_cash_forecast") }} as forecast on in_force.policy_version = forecast.policy_version
    inner join {{ ref("policy_cash_forecast_scenarios") }} as scenarios on in_force.policy_version = scenarios.policy_version
    where in_force.policy_area = 'forecast'
),

horizons_dated as (
    select as_of_date, max(horizon_weeks) as horizon_weeks from horizons group by as_of_date
),

grouped as (
    select
        items.as_of_date,
        items.company_code,
        items.scenario_code,
        case when items.expectation_code = 'overdue' then items.age_bucket_code end as overdue_bucket_code,
        case
            when items.expected_on is null then null
            else least(
                cast(ceil(cast({{ days_between("items.as_of_date", "items.expected_on") }} as double) / {{ days_of_a_week() }}) as integer),
                horizons.horizon_weeks + 1
            )
        end as week_number,
        count(*) as item_count,
        case when count(items.outstanding_base_amount) = count(*) then cast(sum(items.outstanding_base_amount) as decimal(24, 2)) end
            as open_base_amount,
        case when count(items.outstanding_base_amount) = count(*) then cast(sum(items.expected_base_amount) as decimal(24, 2)) end
            as expected_base_amount,
        cast({{ known_sum("items.expected_base_amount", "items.lateness_source_code in ('pooled', 'policy')") }} as decimal(24, 2))
            as assumed_lateness_base_amount,
        max(case items.lateness_source_code when 'pooled' then 1 else 0 end) as pooled_lateness,
        max(case items.lateness_source_code when 'policy' then 1 else 0 end) as policy_lateness
    from {{ ref("int_forecast__items_expected") }} as items
    inner join horizons on items.as_of_date = horizons.as_of_date and items.scenario_code = horizons.scenario_code
    group by items.as_of_date, items.company_code, items.scenario_code, overdue_bucket_code, week_number
),

overdue as (
    select
        grouped.*,
        horizons.horizon_weeks,
        case when rates.weekly_rate is null then 1 else 0 end as policy_rate,
        cast(1 - least(
            coalesce(cast(rates.weekly_rate as double), cast(horizons.fallback_weekly_pct as double) / 100)
            * cast(horizons.backlog_factor as double), 1
        ) as double) as weekly_rest
    from grouped
    inner join horizons on grouped.as_of_date = horizons.as_of_date and grouped.scenario_code = horizons.scenario_code
    left join {{ ref("int_currencies__base") }} as companies on grouped.company_code = companies.company_code
    left join {{ ref("int_forecast__overdue_rates") }} as rates
        on grouped.as_of_date = rates.as_of_date
        and companies.base_currency_code = rates.base_currency_code
        and grouped.overdue_bucket_code = rates.age_bucket_code
    where grouped.overdue_bucket_code is not null
),

-- Bounds of the part that comes in each week; the period after the last takes what is left. Shares keep all digits that they have: with
-- ten, a hundred million is a cent off. Amounts have 24 digits here: with 18, their product with a share overflows.
overdue_weekly as (
    select
        overdue.*,
        numbers.number as week_number_spread,
        cast(1 - power(overdue.weekly_rest, numbers.number - 1) as decimal(18, 15)) as share_before,
        cast(
            case when numbers.number > overdue.horizon_weeks then 1 else 1 - power(overdue.weekly_rest, numbers.number) end as decimal(18, 15)
        ) as share_through
    from overdue
    inner join {{ numbers_to("(select max(horizon_weeks) + 1 from horizons)") }} as numbers
        on numbers.number between 1 and overdue.horizon_weeks + 1
),

placed as (
    select as_of_date, company_code, scenario_code, week_number, item_count, open_base_amount, expected_base_amount,
        cast(0 as decimal(18, 2)) as backlog_base_amount, assumed_lateness_base_amount, pooled_lateness, policy_lateness, 0 as policy_rate
    from grouped
    where overdue_bucket_code is null
    union all
    select
        as_of_date, company_code, scenario_code, week_number_spread, 0,
        round((open_base_amount - expected_base_amount) * share_through, 2)
        - round((open_base_amount - expected_base_amount) * share_before, 2)
        + round(expected_base_amount * share_through, 2) - round(expected_base_amount * share_before, 2),
        round(expected_base_amount * share_through, 2) - round(expected_base_amount * share_before, 2),
        round(expected_base_amount * share_through, 2) - round(expected_base_amount * share_before, 2),
        0, 0, 0, policy_rate
    from overdue_weekly
),

expected as (
    select
        as_of_date,
        company_code,
        scenario_code,
        week_number,
        sum(item_count) as item_count,
        case when count(open_base_amount) = count(*) then sum(open_base_amount) end as open_base_amount,
        case when count(expected_base_amount) = count(*) then sum(expected_base_amount) end as expected_base_amount,
        case when count(backlog_base_amount) = count(*) then sum(backlog_base_amount) end as backlog_base_amount,
        {{ known_sum("assumed_lateness_base_amount") }} as assumed_lateness_base_amount,
        max(pooled_lateness) as pooled_lateness,
        max(policy_lateness) as policy_lateness,
        max(policy_rate) as policy_rate
    from placed
    group by as_of_date, company_code, scenario_code, week_number
),

-- Paid on what was open on the reporting date, in each week after it.
received as (
    select
        items.as_of_date,
        items.company_code,
        cast(ceil(cast({{ days_between("items.as_of_date", "payments.effective_date") }} as double) / {{ days_of_a_week() }}) as integer)
            as week_number,
        case when count(payments.paid_base_amount) = count(*) then sum(payments.paid_base_amount) end as received_base_amount
    from {{ ref("int_aging__open_items") }} as items
    inner join horizons_dated as horizons on items.as_of_date = horizons.as_of_date
    {{ join_paid_afterwards("items") }}
        and payments.effective_date <= {{ dbt.dateadd("day", "horizons.horizon_weeks * " ~ days_of_a_week(), "items.as_of_date") }}
        and {{ stands_on(as_of_date()) }}
    where items.is_reporting_date and items.outstanding_amount > 0
    group by items.as_of_date, items.company_code, week_number
),

companies as (
    select distinct as_of_date, company_code from grouped
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
    cast(case when expected.as_of_date is null then 0 else expected.backlog_base_amount end as decimal(18, 2)) as backlog_base_amount,
    cast(case when expected.as_of_date is null then 0 else expected.assumed_lateness_base_amount end as decimal(18, 2))
        as assumed_lateness_base_amount,
    cast(case
        when periods.week_number > periods.horizon_weeks or periods.week_end_date > {{ as_of_date() }} then null
        when received.as_of_date is null then 0
        else received.received_base_amount
    end as decimal(18, 2)) as received_base_amount,
    nullif(concat_ws(
        '; ',
        case when expected.as_of_date is not null and expected.expected_base_amount is null then 'the rate or the allowance of a debt is not known' end,
        case when expected.pooled_lateness = 1 then 'customers whose own lateness is not known are taken to pay as late as all' end,
        case when expected.policy_lateness = 1 then 'customers whose own lateness is not known are taken to pay as late as policy says' end,
        case when expected.policy_rate = 1 then 'overdue debts of an age that was not observed are taken to come in as fast as policy says' end
    ), '') as note,
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
