-- What the ERP ever said of a customer number, in master data, documents or orders, with the landing that first said it.
-- Grain: one row per fact_key.
with said as (
    select company_code, customer_code, customer_name, unified_social_credit_code, _load_id from {{ source("erp", "customers") }}
    union all
    select distinct company_code, customer_code, null, null, _load_id from {{ source("erp", "documents") }}
    union all
    select distinct company_code, customer_code, null, null, _load_id from {{ source("erp", "orders") }}
)

select
    said.company_code || '-' || said.customer_code || ' ' || coalesce(said.unified_social_credit_code, '') || ' '
    || coalesce(said.customer_name, '') as fact_key,
    said.company_code,
    said.customer_code,
    said.customer_name,
    said.unified_social_credit_code,
    min(loads.landed_at) as known_at
from said
inner join {{ ref("stg_ingestion__loads") }} as loads on said._load_id = loads.load_id
group by said.company_code, said.customer_code, said.customer_name, said.unified_social_credit_code
