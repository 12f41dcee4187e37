-- The canonical tables, what was delivered of each, and what cannot be computed without those that were not.
-- Grain: one row per table_name.
select
    {{ as_of_date() }} as as_of_date,
    counts.table_name,
    counts.is_delivered,
    cast(counts.load_count as bigint) as load_count,
    cast(counts.delivered_row_count as bigint) as delivered_row_count,
    cast(counts.loaded_row_count as bigint) as loaded_row_count,
    cast(counts.quarantined_row_count as bigint) as quarantined_row_count,
    cast(counts.row_count as bigint) as known_row_count,
    cast(counts.unlinked_row_count as bigint) as unlinked_row_count,
    case when counts.is_delivered then null else uses.without_it end as not_computed
from {{ ref("int_quality__source_counts") }} as counts
inner join {{ ref("source_uses") }} as uses on counts.table_name = uses.table_name
