-- Terms of payment, by which a document that names one, and no due date, falls due, as known at the refresh.
-- Grain: one row per company, term, day from which it holds and part.
with known as (
    {{ known_full(source("erp", "payment_terms"), ["company_code", "payment_terms_code", "valid_from", "part_no"], ["company_code"]) }}
)

select
    company_code,
    payment_terms_code,
    valid_from,
    part_no,
    part_pct,
    counted_from,
    months_after,
    days_after,
    due_day,
    discount_days,
    discount_pct,
    _load_id as load_id,
    _line_number as line_number
from known
