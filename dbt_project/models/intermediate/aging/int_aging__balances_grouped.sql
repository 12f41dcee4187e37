-- Receivables on each balance date, grouped by company, segment, salesperson and customer.
-- Grain: one row per balance_date, level and level_key; amounts in base currency.
--
-- An amount is null where an item lacks its rate, or the companies keep their books in several currencies, which are never added up.
{% set is_known = "count(items.outstanding_base_amount) = count(*) and min(companies.base_currency_code) = max(companies.base_currency_code)" %}
{% for level, column in turnover_levels().items() %}
select
    items.as_of_date as balance_date,
    '{{ level }}' as level,
    items.{{ column }} as level_key,
    case when {{ is_known }} then sum(items.outstanding_base_amount) end as outstanding_base_amount,
    {% for name, condition in {
        "owed": "outstanding_amount > 0 and bucket_code <> 'fx_difference'",
        "not_due": "outstanding_amount > 0 and days_overdue <= 0",
        "overdue": "outstanding_amount > 0 and days_overdue > 0",
    }.items() -%}
    case when {{ is_known }} then sum(case when {{ condition }} then items.outstanding_base_amount else 0 end) end as {{ name }}_base_amount,
    {% endfor -%}
    count(*) as item_count,
    min(companies.base_currency_code) as lowest_base_currency_code,
    max(companies.base_currency_code) as highest_base_currency_code
from {{ ref("int_aging__items_aged") }} as items
inner join {{ ref("int_currencies__base") }} as companies on items.company_code = companies.company_code
group by items.as_of_date, items.{{ column }}
{% if not loop.last %}union all{% endif %}
{% endfor %}
