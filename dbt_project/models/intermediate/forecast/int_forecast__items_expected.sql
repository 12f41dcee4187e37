-- Debts of each reporting date under each scenario of policy: the day on which the cash is expected, and how much of it.
-- Grain: one row per as_of_date, company_code, document_no, instalment_no and scenario_code.
--
-- A debt is expected on the day promised, where the scenario trusts promises and one runs; else on its due date, later by what the customer is
-- usually late. What should have come by now is expected within the scenario's days of catching up. What is disputed, and what the
-- allowance says is lost, is taken off as the scenario says.
{{ config(materialized="view") }}
with items as (
    select
        items.as_of_date,
        items.company_code,
        items.document_no,
        items.instalment_no,
        items.customer_id,
        items.due_date,
        promised.promised_date,
        greatest(coalesce(measured.weighted_days_late, 0), 0) as usual_days_late,
        items.outstanding_base_amount,
        {{ claimed_base_amount("disputed") }} as disputed_base_amount,
        cast(coalesce(provided.specific_base_amount, provided.collective_base_amount, 0) as decimal(18, 2)) as allowance_base_amount
    from {{ ref("int_receivables__open_items") }} as items
    {{ left_join_claimed("disputed") }}
    left join {{ ref("int_provision__items_provided") }} as provided
        on items.as_of_date = provided.as_of_date
        and items.company_code = provided.company_code
        and items.document_no = provided.document_no
        and items.instalment_no = provided.instalment_no
    left join {{ ref("int_customers__measured") }} as measured
        on items.as_of_date = measured.as_of_date and items.customer_id = measured.customer_id
    left join {{ ref("int_collection__promises_running") }} as promised
        on items.as_of_date = promised.as_of_date
        and items.company_code = promised.company_code
        and items.document_no = promised.document_no
    where items.is_reporting_date and items.outstanding_amount > 0
),

scheduled as (
    select
        items.*,
        scenarios.policy_version,
        scenarios.scenario_code,
        scenarios.loss_factor,
        case when scenarios.counts_disputed then 0 else items.disputed_base_amount end as left_out_base_amount,
        case
            when scenarios.trusts_promises and items.promised_date is not null then items.promised_date
            else {{ dbt.dateadd("day", "cast(ceil(items.usual_days_late * scenarios.lateness_factor) as integer) + scenarios.extra_days", "items.due_date") }}
        end as scheduled_on,
        {{ dbt.dateadd("day", "scenarios.catch_up_days", "items.as_of_date") }} as caught_up_on
    from items
    inner join {{ ref("int_dates__policies_in_force") }} as in_force
        on items.as_of_date = in_force.as_of_date and in_force.policy_area = 'forecast'
    inner join {{ ref("policy_cash_forecast_scenarios") }} as scenarios on in_force.policy_version = scenarios.policy_version
)

select
    as_of_date,
    company_code,
    document_no,
    instalment_no,
    customer_id,
    scenario_code,
    cast(case when scheduled_on > as_of_date then scheduled_on else caught_up_on end as date) as expected_on,
    outstanding_base_amount,
    cast(
        outstanding_base_amount - left_out_base_amount
        - least(round(allowance_base_amount * loss_factor, 2), outstanding_base_amount - left_out_base_amount)
        as decimal(18, 2)
    ) as expected_base_amount,
    policy_version
from scheduled
