-- Entries of the companies register, as published, as known at the refresh.
-- Grain: one row per legal entity and publication.
with known as (
    {{ known_delta(source("bureau", "registrations"), ["unified_social_credit_code", "published_on"]) }}
)

select
    unified_social_credit_code,
    published_on,
    registered_name,
    legal_representative_name,
    registered_capital_amount,
    established_on,
    industry_code,
    actual_controller_name,
    actual_controller_code,
    registration_status,
    _load_id as load_id,
    _line_number as line_number
from known
