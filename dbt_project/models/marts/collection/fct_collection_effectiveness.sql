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
        coalesce(contacts.stage_code, 'nothing_open') as stage,
        contacts.customer_id,
        contacts.activity_date,
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
        customer_id as contacted_customer_id,
        cost_amount as cost_base_amount,
        cast(null as decimal(18, 2)) as recovered_base_amount,
        0 as paid_part_count,
        0 as payment_count,
        0 as promise_count,
        0 as kept_count
    from stages
    union all
    select
        '{{ level }}', coalesce(stages.{{ level }}, 'no_contact'), results.counted_on, results.valid_from,
        results.valid_before, 0, null, null, results.recovered_base_amount, case when results.result_type = 'payment' then 1 else 0 end,
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
        count(distinct events.contacted_customer_id) as contacted_customer_count,
        sum(events.payment_count) as payment_count,
        -- One payment without a rate, or one contact without its cost, and nobody knows what they come to.
        {{ known_sum("events.recovered_base_amount", "events.paid_part_count = 1") }} as recovered_base_amount,
        {{ known_sum("events.cost_base_amount", "events.contact_count = 1") }} as cost_base_amount,
        sum(events.promise_count) as promise_count,
        sum(events.kept_count) as kept_count
    from {{ ref("int_dates__reporting") }} as dates
    inner join events
        on events.counted_on > dates.previous_date
        and events.counted_on <= dates.as_of_date
        and {{ stands_on("dates.as_of_date", "events") }}
    group by dates.as_of_date, events.level, events.level_key
)

select
    summed.as_of_date,
    summed.level,
    summed.level_key,
    cast(summed.contact_count as integer) as contact_count,
    cast(summed.contacted_customer_count as integer) as contacted_customer_count,
    cast(summed.payment_count as integer) as payment_count,
    cast(summed.recovered_base_amount as decimal(18, 2)) as recovered_base_amount,
    cast(summed.cost_base_amount as decimal(18, 2)) as cost_base_amount,
    {{ ratio("100 * summed.cost_base_amount", "summed.recovered_base_amount") }} as cost_rate_pct,
    cast(summed.promise_count as integer) as promise_count,
    cast(summed.kept_count as integer) as kept_count,
    {{ ratio("100 * summed.kept_count", "summed.promise_count") }} as promises_kept_pct,
    in_force.policy_version
from summed
{{ join_policy_in_force("summed", "collection") }}
