-- Customer master of the ERP as each delivery had it, where it differs from the one before.
-- Grain: one row per company, customer and load that changed it.
{% set tracked = [
    "customer_name", "unified_social_credit_code", "segment_code", "industry_code", "country_code", "salesperson_code", "payment_terms_days",
    "credit_limit_amount"
] %}
with delivered as (
    select
        customers.*,
        {% for column in tracked %}
        lag(customers.{{ column }}) over delivery as previous_{{ column }},
        {% endfor %}
        row_number() over delivery as delivery_number,
        cast(loads.loaded_at as date) as loaded_on
    from {{ source("erp", "customers") }} as customers
    inner join {{ source("ingestion", "loads") }} as loads on customers._load_id = loads.load_id
    where {{ is_known("customers") }}
    window delivery as (partition by customers.company_code, customers.customer_code order by customers._load_id)
)

select
    company_code,
    customer_code,
    {% for column in tracked %}{{ column }},{% endfor %}
    -- The first version holds from the beginning of the relation; a later one from its own day, or from when it was delivered.
    case when delivery_number = 1 then customer_since_date else coalesce(changed_on, loaded_on) end as valid_from,
    _load_id as load_id,
    _line_number as line_number
from delivered
where delivery_number = 1{% for column in tracked %} or {{ column }} is distinct from previous_{{ column }}{% endfor %}
