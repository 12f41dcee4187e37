-- Guarantees and collateral that secure what customers owe, as known at the refresh.
-- Grain: one row per guarantee.
with known as (
    {{ known_delta(source("crm", "guarantees"), ["guarantee_id"]) }}
)

select
    guarantee_id,
    company_code,
    customer_code,
    document_no,
    guarantee_type,
    currency_code,
    secured_amount,
    valid_from,
    valid_until,
    _load_id as load_id,
    _line_number as line_number
from known
