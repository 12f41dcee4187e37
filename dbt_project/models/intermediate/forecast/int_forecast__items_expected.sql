-- Debts of each reporting date under each scenario of policy: which part is promised, scheduled or overdue beyond the usual, and how much is expected.
-- Grain: one row per as_of_date, company_code, document_no, instalment_no, scenario_code and part_no.
--
-- What is promised is expected by its day, where the scenario trusts promises: its own amount, oldest due first. The rest keeps the debt's
-- own day: its due date, later by what the customer is usually late, or where that is not known, others are. What should have come by now has no day: it comes in over the weeks as
-- overdue debts of its age did. What is disputed, and what the allowance says is lost, is taken off the rest first, as the scenario says.
{{ config(materialized="view") }}
with items as (
    select
        items.as_of_date,
        items.company_code,
        items.document_no,
        items.instalment_no,
        items.customer_id,
        items.due_date,
        items.age_bucket_code,
        greatest(coalesce(measured.weighted_days_late, assumed.assumed_days_late), 0) as usual_days_late,
        case when measured.weighted_days_late is null then assumed.lateness_source_code else 'own' end as lateness_source_code,
        items.outstanding_base_amount,
        {{ claimed_base_amount("disputed") }} as disputed_base_amount,
        cast(coalesce(provided.specific_base_amount, provided.collective_base_amount) as decimal(18, 2)) as allowance_base_amount
    from {{ ref("int_aging__open_items") }} as items
    {{ left_join_claimed("disputed") }}
    left join {{ ref("int_provision__items_provided") }} as provided
        on items.as_of_date = provided.as_of_date
        and items.company_code = provided.company_code
        and items.document_no = provided.document_no
        and items.instalment_no = provided.instalment_no
    left join {{ ref("int_customers__measured") }} as measured on {{ same_customer("items", "measured") }}
    left join {{ ref("int_forecast__lateness_assumed") }} as assumed
        on items.as_of_date = assumed.as_of_date and items.company_code = assumed.company_code
    where items.is_reporting_date and items.outstanding_amount > 0
),

promised as (
    select as_of_date, company_code, document_no, instalment_no, max(through_base_amount) as promised_base_amount
    from {{ ref("int_forecast__promises_laid") }}
    group by as_of_date, company_code, document_no, instalment_no
),

admitted as (
    select
        items.*,
        scenarios.policy_version,
        scenarios.scenario_code,
        scenarios.loss_factor,
        case when scenarios.lateness_factor > 0 then items.lateness_source_code end as used_lateness_code,
        items.outstanding_base_amount - case when scenarios.counts_disputed then 0 else items.disputed_base_amount end as admitted_base_amount,
        case when scenarios.trusts_promises then coalesce(promised.promised_base_amount, 0) else 0 end as promised_base_amount,
        cast(
            {{ dbt.dateadd("day", "cast(ceil(items.usual_days_late * scenarios.lateness_factor) as integer) + scenarios.extra_days", "items.due_date") }}
            as date
        ) as scheduled_on
    from items
    {{ join_policy_in_force("items", "forecast") }}
    inner join {{ ref("policy_cash_forecast_scenarios") }} as scenarios on in_force.policy_version = scenarios.policy_version
    left join promised
        on items.as_of_date = promised.as_of_date
        and items.company_code = promised.company_code
        and items.document_no = promised.document_no
        and items.instalment_no = promised.instalment_no
),

judged as (
    select
        *,
        -- What is lost is not known without an allowance, unless the scenario counts no losses.
        cast(
            admitted_base_amount
            - case when loss_factor = 0 then 0 else {{ lesser_of("round(allowance_base_amount * loss_factor, 2)", "admitted_base_amount") }} end
            as decimal(18, 2)
        ) as expected_base_amount
    from admitted
)

select
    judged.as_of_date,
    judged.company_code,
    judged.document_no,
    judged.instalment_no,
    judged.customer_id,
    judged.scenario_code,
    promised.part_no,
    'promised' as expectation_code,
    promised.promised_date as expected_on,
    judged.age_bucket_code,
    promised.through_base_amount - promised.before_base_amount as outstanding_base_amount,
    {{ lesser_of("promised.through_base_amount", "judged.expected_base_amount") }}
    - {{ lesser_of("promised.before_base_amount", "judged.expected_base_amount") }} as expected_base_amount,
    cast(null as varchar) as lateness_source_code,
    judged.policy_version
from judged
inner join {{ ref("int_forecast__promises_laid") }} as promised
    on judged.as_of_date = promised.as_of_date
    and judged.company_code = promised.company_code
    and judged.document_no = promised.document_no
    and judged.instalment_no = promised.instalment_no
where judged.promised_base_amount > 0
union all
select
    as_of_date,
    company_code,
    document_no,
    instalment_no,
    customer_id,
    scenario_code,
    0 as part_no,
    case when scheduled_on > as_of_date then 'scheduled' else 'overdue' end as expectation_code,
    case when scheduled_on > as_of_date then scheduled_on end as expected_on,
    age_bucket_code,
    outstanding_base_amount - promised_base_amount as outstanding_base_amount,
    expected_base_amount - least(promised_base_amount, expected_base_amount) as expected_base_amount,
    case when scheduled_on > as_of_date then used_lateness_code end as lateness_source_code,
    policy_version
from judged
where outstanding_base_amount is null or promised_base_amount < outstanding_base_amount
