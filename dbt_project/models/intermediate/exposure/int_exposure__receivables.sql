-- What each customer owes, has paid in advance, and has secured; null where an item lacks its exchange rate.
-- Grain: one row per as_of_date and customer_id with open items.
select
    items.as_of_date,
    items.customer_id,
    min(companies.base_currency_code) as lowest_base_currency_code,
    max(companies.base_currency_code) as highest_base_currency_code,
    {{ known_sum("items.outstanding_base_amount", "items.outstanding_amount > 0") }} as receivable_base_amount,
    {{ known_sum("-items.outstanding_base_amount", "items.outstanding_amount < 0") }} as advance_base_amount,
    {{ known_sum(claimed_base_amount("secured")) }} as secured_base_amount
from {{ ref("int_aging__open_items") }} as items
inner join {{ ref("int_currencies__base") }} as companies on items.company_code = companies.company_code
{{ left_join_claimed("secured") }}
where items.is_reporting_date
group by items.as_of_date, items.customer_id
