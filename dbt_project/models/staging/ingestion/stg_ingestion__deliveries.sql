-- Deliveries that the refresh knows, the loads that each consists of, and which counts after which.
-- Grain: one row per delivery_id and load_id.
with known as (
    select deliveries.*, loads.delivery_mode
    from {{ source("ingestion", "deliveries") }} as deliveries
    inner join {{ source("ingestion", "loads") }} as loads on deliveries.load_id = loads.load_id
    where deliveries.delivery_id <= (select known_through from {{ ref("stg_ingestion__refresh") }})
),

placed as (
    -- What comes late by what its name says stands directly before what it should have come before.
    select
        known.*,
        coalesce(sequence < max(sequence) over (partition by series_id order by delivery_id), false) as is_late,
        min(delivery_id) over (partition by series_id order by sequence desc nulls last, delivery_id desc) as position_id
    from known
),

ranked as (
    select
        placed.*,
        dense_rank() over (order by position_id, sequence nulls first, delivery_id) as delivery_rank
    from placed
)

select
    delivery_id,
    load_id,
    table_name,
    profile_name,
    delivery_mode,
    sequence,
    is_late,
    delivery_rank,
    dense_rank() over (partition by table_name order by delivery_rank) as table_delivery_number
from ranked
