-- Names that the companies register ever gave a credit code, with the landing that first said so.
-- Grain: one row per fact_key.
select
    registrations.unified_social_credit_code || ' ' || coalesce(registrations.registered_name, '') as fact_key,
    registrations.unified_social_credit_code,
    registrations.registered_name,
    min(loads.landed_at) as known_at
from {{ source("bureau", "registrations") }} as registrations
inner join {{ ref("stg_ingestion__loads") }} as loads on registrations._load_id = loads.load_id
group by registrations.unified_social_credit_code, registrations.registered_name
