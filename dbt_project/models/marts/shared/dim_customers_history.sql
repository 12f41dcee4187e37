-- Versions of each customer's attributes, with the interval in which each held (type 2).
-- Grain: one row per customer_id and valid_from.
select
    {{ as_of_date() }} as as_of_date,
    customer_id,
    valid_from,
    valid_before,
    customer_name,
    segment_code,
    industry_code,
    country_code,
    salesperson_code,
    payment_terms_days,
    credit_limit_amount,
    registered_name,
    legal_representative_name,
    actual_controller_name,
    registration_status,
    load_id,
    line_number
from {{ ref("int_customers__versions") }}
