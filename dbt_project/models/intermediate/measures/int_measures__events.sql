-- What the bureau had published on each customer by each reporting date; zero means looked and found nothing.
-- Grain: one row per as_of_date and customer_id that the bureau covers.
with first_publications as (
    select unified_social_credit_code, min(published_on) as first_published_on
    from {{ ref("stg_bureau__registrations") }}
    group by unified_social_credit_code
),

covered as (
    select dates.as_of_date, registrations.unified_social_credit_code
    from {{ ref("int_dates__reporting") }} as dates
    inner join first_publications as registrations on registrations.first_published_on <= dates.as_of_date
    -- Without the events themselves nothing was looked for.
    inner join {{ ref("int_quality__source_counts") }} as sources
        on sources.table_name = 'bureau.events' and sources.is_delivered
),

known_events as (
    select
        parameters.as_of_date,
        events.unified_social_credit_code,
        events.event_type,
        cast(events.event_date as varchar) || events.event_id as event_order,
        events.load_id,
        events.line_number,
        events.event_amount,
        events.measured_value,
        events.event_date > {{ dbt.dateadd("day", "-parameters.event_window_days", "parameters.as_of_date") }} as is_recent,
        events.event_date > {{ dbt.dateadd("day", "-parameters.management_window_days", "parameters.as_of_date") }}
            as is_in_management_window,
        events.ended_on is null or events.ended_on > parameters.as_of_date as is_lasting
    from {{ ref("int_measures__parameters") }} as parameters
    inner join {{ ref("stg_bureau__events") }} as events on events.published_on <= parameters.as_of_date
)

select
    covered.as_of_date,
    held.customer_id,
    count(case when event_type = 'control_change' and is_in_management_window then 1 end) as management_change_count,
    count(case when event_type = 'control_change' and is_recent then 1 end) as control_change_count,
    count(case when event_type = 'mortgage' and is_lasting then 1 end) as mortgage_count,
    -- None found is 0; found, and none of them says how much, is not known.
    case
        when count(case when event_type = 'pledge' and is_lasting then 1 end) = 0 then 0
        else max(case when event_type = 'pledge' and is_lasting then measured_value end)
    end as pledged_share_pct,
    case
        when count(case when event_type = 'litigation' and is_recent then 1 end) = 0 then 0
        else sum(case when event_type = 'litigation' and is_recent then event_amount end)
    end as litigation_amount,
    count(case when event_type = 'dishonest_debtor_listing' and is_lasting then 1 end) as dishonest_listing_count,
    count(case when event_type = 'customer_bankruptcy' and is_lasting then 1 end) as bankrupt_customer_count,
    -- Load and line are those of one event, the last.
    max_by(load_id, case when event_type = 'control_change' and is_in_management_window then event_order end) as control_change_load_id,
    max_by(line_number, case when event_type = 'control_change' and is_in_management_window then event_order end) as control_change_line_number
from covered
inner join {{ ref("int_identity__codes_held") }} as held
    on covered.unified_social_credit_code = held.unified_social_credit_code and held.is_main
left join known_events
    on covered.as_of_date = known_events.as_of_date
    and covered.unified_social_credit_code = known_events.unified_social_credit_code
group by covered.as_of_date, held.customer_id
