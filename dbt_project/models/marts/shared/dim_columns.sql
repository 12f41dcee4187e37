-- The published columns: what each means, its unit, how its figures come from others and within what they may be summed.
-- Grain: one row per mart_name and column_name.
select
    {{ as_of_date() }} as as_of_date,
    mart_name,
    column_name,
    column_order,
    data_type,
    unit,
    description,
    label_en,
    label_zh,
    formula,
    additivity
from {{ ref("described_columns") }}
