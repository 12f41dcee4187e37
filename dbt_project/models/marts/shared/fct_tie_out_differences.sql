-- The rows behind tie-outs that differ: each customer whose balance is not the same both ways. Empty when all agree.
-- Grain: one row per as_of_date, tie_out_code, tie_out_key and customer_id.
select
    as_of_date,
    tie_out_code,
    company_code || '/' || currency_code as tie_out_key,
    customer_id,
    cast(left_amount as decimal(18, 2)) as left_amount,
    cast(right_amount as decimal(18, 2)) as right_amount,
    cast(left_amount - right_amount as decimal(18, 2)) as difference_amount
from {{ ref("int_quality__balances_compared") }}
where left_amount <> right_amount
