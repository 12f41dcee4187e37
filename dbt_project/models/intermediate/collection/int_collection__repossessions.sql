-- Equipment taken back from customers, and its sale, each on its day.
-- Grain: one row per repossession_id and event_type.
with events as (
    select repossession_id, 'taken_back' as event_type, company_code, customer_code, repossessed_on as happened_on, 1 as asset_count,
        appraised_amount as appraised_base_amount, cast(0 as decimal(18, 2)) as proceeds_base_amount
    from {{ ref("stg_erp__repossessed_assets") }}
    union all
    select repossession_id, 'sold', company_code, customer_code, sold_on, 0, 0, proceeds_amount
    from {{ ref("stg_erp__repossessed_assets") }}
    where sold_on is not null
)

select
    events.repossession_id,
    events.event_type,
    events.company_code,
    owners.customer_id,
    events.happened_on,
    events.asset_count,
    events.appraised_base_amount,
    events.proceeds_base_amount
from events
inner join {{ ref("int_identity__accounts_named") }} as owners
    on events.company_code = owners.company_code and events.customer_code = owners.customer_code
