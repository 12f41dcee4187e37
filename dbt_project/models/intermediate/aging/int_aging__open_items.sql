-- What customers owe and what they have paid ahead on each balance date: all that is open but differences of exchange, which are no debts.
-- Grain: one row per as_of_date, company, document and instalment.
{{ config(materialized="view") }}
select *
from {{ ref("int_aging__items_aged") }}
where bucket_code <> 'fx_difference'
