-- What contacts brought since the reporting date before, by channel, collector and stage of the ladder: recovered, cost, promises kept.
-- Grain: one row per as_of_date, level and level_key.
--
-- A late payment or a promise counts for the last contact before it within the policy's window, and for `no_contact` without one, so that
-- every level comes to all that was paid late.
with stages as (
    select
        contacts.activity_id,
        contacts.channel,
        coalesce(contacts.collector_name, 'unassigned') as collector,
        case when contacts.customer_id is null then 'unknown_customer' else coalesce(contacts.stage_code, 'nothing_open') end as stage,
        contacts.customer_id,
        contacts.activity_date,
        contacts.base_currency_code,
        contacts.cost_amount
    from {{ ref("int_collection__contacts_staged") }} as contacts
),

{% set levels = ["channel", "collector", "stage"] %}
events as (
    {% for level in levels %}
    select
        '{{ level }}' as level,
        {{ level }} as level_key,
        activity_date as counted_on,
        activity_date as valid_from,
        cast(null as date) as valid_before,
        1 as contact_count,
        case when customer_id is null then 1 else 0 end as unknown_customer_contact_count,
        customer_id as contacted_customer_id,
        base_currency_code,
        -- A cost in nobody knows which currency is not known.
        case when base_currency_code is not null or cost_amount = 0 then cost_amount end as cost_base_amount,
        cast(null as decimal(18, 2)) as paid_late_base_amount,
        0 as paid_part_count,
        0 as payment_count,
        0 as promise_count,
        0 as kept_count
    from stages
    union all
    select
        '{{ level }}', coalesce(stages.{{ level }}, 'no_contact'), results.counted_on, results.valid_from,
        results.valid_before, 0, 0, null, results.base_currency_code, null, results.paid_late_base_amount, case when results.result_type = 'payment' then 1 else 0 end,
        case when results.result_type = 'payment' and results.is_first_part then 1 else 0 end,
        case when results.result_type = 'promise' then 1 else 0 end,
        case when results.is_kept then 1 else 0 end
    from {{ ref("int_collection__results") }} as results
    left join stages on results.activity_id = stages.activity_id
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

summed as (
    select
        dates.as_of_date,
        events.level,
        events.level_key,
        sum(events.contact_count) as contact_count,
        sum(events.unknown_customer_contact_count) as unknown_customer_contact_count,
        count(distinct events.contacted_customer_id) as contacted_customer_count,
        sum(events.payment_count) as payment_count,
        min(case when coalesce(events.paid_late_base_amount, events.cost_base_amount) <> 0 then events.base_currency_code end) as lowest_base_currency_code,
        max(case when coalesce(events.paid_late_base_amount, events.cost_base_amount) <> 0 then events.base_currency_code end) as highest_base_currency_code,
        -- One payment without a rate, or one contact without its cost, and nobody knows what they come to.
        {{ known_sum("events.paid_late_base_amount", "events.paid_part_count = 1") }} as paid_late_base_amount,
        {{ known_sum("events.cost_base_amount", "events.contact_count = 1") }} as cost_base_amount,
        sum(events.promise_count) as promise_count,
        sum(events.kept_count) as kept_count
    from {{ ref("int_dates__reporting") }} as dates
    inner join events
        on events.counted_on > dates.previous_date
        and events.counted_on <= dates.as_of_date
        and {{ stands_on("dates.as_of_date", "events") }}
    group by dates.as_of_date, events.level, events.level_key
),

-- Amounts of several base currencies are never added up.
unmixed as (
    select
        *,
        coalesce(lowest_base_currency_code < highest_base_currency_code, false) as has_mixed_base_currencies
    from summed
)

select
    unmixed.as_of_date,
    unmixed.level,
    unmixed.level_key,
    cast(unmixed.contact_count as integer) as contact_count,
    cast(unmixed.unknown_customer_contact_count as integer) as unknown_customer_contact_count,
    cast(unmixed.contacted_customer_count as integer) as contacted_customer_count,
    cast(unmixed.payment_count as integer) as payment_count,
    case when not unmixed.has_mixed_base_currencies then unmixed.lowest_base_currency_code end as base_currency_code,
    cast(case when not unmixed.has_mixed_base_currencies then unmixed.paid_late_base_amount end as decimal(18, 2)) as paid_late_base_amount,
    cast(case when not unmixed.has_mixed_base_currencies then unmixed.cost_base_amount end as decimal(18, 2)) as cost_base_amount,
    case when not unmixed.has_mixed_base_currencies then {{ ratio("100 * unmixed.cost_base_amount", "unmixed.paid_late_base_amount") }} end
        as cost_rate_pct,
    cast(unmixed.promise_count as integer) as promise_count,
    cast(unmixed.kept_count as integer) as kept_count,
    {{ ratio("100 * unmixed.kept_count", "unmixed.promise_count") }} as promises_kept_pct,
    case
        when unmixed.has_mixed_base_currencies then 'companies with several base currencies'
        else nullif(concat_ws(
            '; ',
            case when unmixed.paid_late_base_amount is null then 'a payment lacks its rate into the base currency' end,
            case when unmixed.cost_base_amount is null then 'the cost of a contact is not known' end
        ), '')
    end as note,
    in_force.policy_version
from unmixed
{{ join_policy_in_force("unmixed", "collection") }}
