-- The collectors' list of the as-of date: who owes what for how long, what is to be done next by whom and when, most urgent first.
-- Grain: one row per as_of_date and customer_id.
with settings as (
    select * from {{ ref("policy_collection") }} where policy_version = {{ policy_now("collection") }}
),

open_items as (
    select * from {{ ref("int_aging__open_items") }} where as_of_date = {{ as_of_date() }}
),

-- Whoever owes a company nothing on balance is left out, where policy says so; without a rate nobody can tell.
in_credit as (
    select open_items.company_code, open_items.customer_id
    from open_items
    cross join settings
    where not settings.duns_in_credit
    group by open_items.company_code, open_items.customer_id
    having count(open_items.outstanding_base_amount) = count(*) and sum(open_items.outstanding_base_amount) <= 0
),

debts as (
    select open_items.*
    from open_items
    left join in_credit on open_items.company_code = in_credit.company_code and open_items.customer_id = in_credit.customer_id
    where open_items.outstanding_amount > 0 and in_credit.customer_id is null
),

-- Amounts of several base currencies are never added up.
owed as (
    select
        debts.as_of_date,
        debts.customer_id,
        min(case when debts.days_overdue > 0 then companies.base_currency_code end) as base_currency_code,
        coalesce(
            min(case when debts.days_overdue > 0 then companies.base_currency_code end)
            < max(case when debts.days_overdue > 0 then companies.base_currency_code end),
            false
        ) as has_mixed_base_currencies,
        {{ known_sum("debts.outstanding_base_amount", "debts.days_overdue > 0") }} as known_base_amount,
        count(case when debts.days_overdue > 0 then 1 end) as overdue_count,
        max(debts.days_overdue) as longest_overdue_days
    from debts
    inner join {{ ref("int_currencies__base") }} as companies on debts.company_code = companies.company_code
    group by debts.as_of_date, debts.customer_id
),

staged as (
    select
        owed.*, case when not owed.has_mixed_base_currencies then owed.known_base_amount end as overdue_base_amount,
        stages.stage_code, stages.action, stages.channel, stages.owner_role, stages.wait_days
    from owed
    inner join {{ ref("policy_collection_stages") }} as stages
        on stages.policy_version = {{ policy_now("collection") }}
        and (stages.from_days is null or owed.longest_overdue_days >= stages.from_days)
        and (stages.to_days is null or owed.longest_overdue_days <= stages.to_days)
    where stages.stage_code <> 'not_yet'
),

-- The share of the list is taken of what is known, in each base currency by itself; who owes what nobody can value has none, and no class.
cumulated as (
    select
        *,
        {{ ratio(
            "100 * (sum(overdue_base_amount) over value_order - overdue_base_amount)",
            "sum(overdue_base_amount) over (partition by base_currency_code)"
        ) }} as share_before_pct
    from staged
    where overdue_base_amount is not null
    window
        value_order as (
            partition by base_currency_code order by longest_overdue_days, overdue_base_amount, customer_id
            rows between unbounded preceding and current row
        )
),

classified as (
    select
        cumulated.as_of_date,
        cumulated.customer_id,
        classes.abc_class,
        classes.class_points,
        row_number() over (partition by cumulated.as_of_date, cumulated.customer_id order by classes.to_share_pct) as place
    from cumulated
    inner join {{ ref("policy_abc_classes") }} as classes
        on classes.policy_version = {{ policy_now("collection") }} and coalesce(cumulated.share_before_pct, 0) < classes.to_share_pct
),

typed as (
    select
        staged.as_of_date,
        staged.customer_id,
        types.debtor_type,
        types.strategy,
        row_number() over (partition by staged.as_of_date, staged.customer_id order by types.debtor_order) as place
    from staged
    inner join {{ ref("policy_debtor_types") }} as types on types.policy_version = {{ policy_now("collection") }}
    left join {{ ref("int_collection__contacts") }} as contacts on {{ same_customer("staged", "contacts") }}
    left join {{ ref("int_measures__payment") }} as payment on {{ same_customer("staged", "payment") }}
    where
        types.measure_code is null
        or {{ meets_rule(
            "case types.measure_code when 'longest_unanswered_days' then "
            ~ days_between("contacts.unanswered_since", "staged.as_of_date")
            ~ " when 'weighted_days_late' then payment.weighted_days_late end",
            "types.comparison", "types.threshold_value"
        ) }}
),

prioritised as (
    select
        staged.*,
        classified.abc_class,
        typed.debtor_type,
        typed.strategy,
        contacts.last_contact_on,
        contacts.last_outcome,
        cast(greatest(staged.longest_overdue_days, 0) * settings.points_per_overdue_day as decimal(18, 4)) as age_points,
        cast(classified.class_points * settings.points_per_abc as decimal(18, 4)) as class_points,
        cast(staged.overdue_base_amount / settings.amount_per_point as decimal(18, 4)) as amount_points
    from staged
    cross join settings
    left join classified
        on staged.as_of_date = classified.as_of_date and staged.customer_id = classified.customer_id and classified.place = 1
    inner join typed on staged.as_of_date = typed.as_of_date and staged.customer_id = typed.customer_id and typed.place = 1
    left join {{ ref("int_collection__contacts") }} as contacts on {{ same_customer("staged", "contacts") }}
)

select
    prioritised.as_of_date,
    prioritised.customer_id,
    customers.customer_name,
    customers.salesperson_code,
    cast(prioritised.overdue_base_amount as decimal(18, 2)) as overdue_base_amount,
    cast(prioritised.overdue_count as integer) as overdue_count,
    cast(greatest(prioritised.longest_overdue_days, 0) as integer) as longest_overdue_days,
    prioritised.abc_class,
    prioritised.stage_code,
    prioritised.action,
    prioritised.channel,
    prioritised.owner_role,
    prioritised.debtor_type,
    prioritised.strategy,
    prioritised.last_contact_on,
    prioritised.last_outcome,
    cast(greatest(
        prioritised.as_of_date,
        coalesce({{ dbt.dateadd("day", "prioritised.wait_days", "prioritised.last_contact_on") }}, prioritised.as_of_date)
    ) as date) as next_action_on,
    prioritised.age_points,
    prioritised.class_points,
    prioritised.amount_points,
    cast(prioritised.age_points + prioritised.class_points + prioritised.amount_points as decimal(18, 4)) as priority_points,
    case
        when prioritised.has_mixed_base_currencies then 'companies with several base currencies'
        when prioritised.overdue_base_amount is null then 'the exchange rate of a debt is not known'
    end as note,
    {{ policy_now("collection") }} as policy_version
from prioritised
inner join {{ ref("int_customers__unified") }} as customers on prioritised.customer_id = customers.customer_id
