-- What this refresh was asked for: its as-of date, and the last load that it may know.
-- Grain: one row.
select
    as_of_date,
    known_through
from {{ source("ingestion", "refresh") }}
