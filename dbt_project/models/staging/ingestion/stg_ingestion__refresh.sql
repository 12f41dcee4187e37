-- What this refresh was asked for: its as-of date, the last load that it may know, and the project's state that builds it.
-- Grain: one row.
select
    as_of_date,
    known_through,
    project_state
from {{ source("ingestion", "refresh") }}
