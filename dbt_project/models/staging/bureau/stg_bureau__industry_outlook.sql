-- Outlook scores of industries, as known at the refresh.
-- Grain: one row per industry and publication.
with known as (
    {{ known_delta(source("bureau", "industry_outlook"), ["industry_code", "published_on"]) }}
)

select
    industry_code,
    published_on,
    outlook_score,
    outlook_note,
    _load_id as load_id,
    _line_number as line_number
from known
