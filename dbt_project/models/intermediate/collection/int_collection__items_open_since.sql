-- Debts that are due for dunning on a reporting date, with the day since which each is open without a break.
-- Grain: one row per as_of_date, company_code, document_no and instalment_no.
with items as (
    select
        items.as_of_date, items.company_code, items.document_no, items.instalment_no, items.customer_id, items.currency_code, items.due_date,
        items.days_overdue, items.outstanding_amount, items.outstanding_base_amount, stages.stage_code, stages.dunning_level as asked_level,
        stages.policy_version
    from {{ ref("int_aging__open_items") }} as items
    {{ join_policy_in_force("items", "collection") }}
    inner join {{ ref("policy_collection_stages") }} as stages
        on in_force.policy_version = stages.policy_version
        and (stages.from_days is null or items.days_overdue >= stages.from_days)
        and (stages.to_days is null or items.days_overdue <= stages.to_days)
    where items.is_reporting_date and items.outstanding_amount > 0 and stages.dunning_level > 0
),

dunned as (
    select distinct company_code, document_no, instalment_no from items
),

followed as (
    select
        periods.*,
        lag(periods.valid_before) over (
            partition by
                periods.receipt_allocation, periods.instalment_allocation, periods.company_code, periods.document_no, periods.instalment_no
            order by periods.valid_from
        ) as ended_before
    from {{ ref("int_ledger__balance_periods") }} as periods
    inner join dunned
        on periods.company_code = dunned.company_code
        and periods.document_no = dunned.document_no
        and periods.instalment_no = dunned.instalment_no
    where periods.open_amount > 0
),

starts as (
    select * from followed
    where ended_before is null or ended_before < valid_from
),

since as (
    select items.as_of_date, items.company_code, items.document_no, items.instalment_no, max(starts.valid_from) as open_since
    from items
    inner join {{ ref("int_dates__receivables_policies") }} as aging on items.as_of_date = aging.as_of_date
    inner join starts
        on items.company_code = starts.company_code
        and items.document_no = starts.document_no
        and items.instalment_no = starts.instalment_no
        and {{ is_chosen_by("aging", "starts") }}
        and starts.valid_from <= items.as_of_date
    group by items.as_of_date, items.company_code, items.document_no, items.instalment_no
)

select items.*, since.open_since
from items
inner join since
    on items.as_of_date = since.as_of_date
    and items.company_code = since.company_code
    and items.document_no = since.document_no
    and items.instalment_no = since.instalment_no
