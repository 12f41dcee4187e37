-- Customer master of the ERP as each delivery had it, where it differs from the one before.
-- Grain: one row per company, customer and load that changed it.
{% set tracked = [
    "customer_name", "unified_social_credit_code", "segment_code", "industry_code", "country_code", "salesperson_code", "paying_customer_code",
    "payment_terms_days", "credit_limit_amount"
] %}
with loads as (
    {{ loads_in_order() }}
),

placed as (
    select
        customers.*,
        cast(registered.loaded_at as date) as loaded_on,
        loads.delivery_rank,
        loads.is_late,
        min(case when loads.is_late then 1 else 0 end) over (partition by customers.company_code, customers.customer_code) = 1 as is_only_late
    from {{ source("erp", "customers") }} as customers
    inner join loads on customers._load_id = loads.load_id
    inner join {{ source("ingestion", "loads") }} as registered on customers._load_id = registered.load_id
),

delivered as (
    -- What comes late was never current once something later was known.
    select
        placed.*,
        {% for column in tracked %}
        lag(placed.{{ column }}) over delivery as previous_{{ column }},
        {% endfor %}
        row_number() over delivery as version_number
    from placed
    where not is_late or is_only_late
    window delivery as (partition by placed.company_code, placed.customer_code order by placed.delivery_rank, placed._load_id)
)

select
    company_code,
    customer_code,
    {% for column in tracked %}{{ column }},{% endfor %}
    -- The first version holds from the beginning of the relation; a later one from its own day, or from when it was delivered.
    case when version_number = 1 then customer_since_date else coalesce(changed_on, loaded_on) end as valid_from,
    _load_id as load_id,
    _line_number as line_number
from delivered
where version_number = 1{% for column in tracked %} or {{ column }} is distinct from previous_{{ column }}{% endfor %}
