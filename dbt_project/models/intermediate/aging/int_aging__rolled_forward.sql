-- Opening balance, postings by cause, realised exchange differences and closing balance between each reporting date and the month-end before.
-- Grain: one row per as_of_date, company_code, customer_id and currency_code.
{% set keys = ["company_code", "customer_id", "currency_code"] %}
{% set causes = ["billed", "received", "credited", "written_off", "recovered", "refunded", "revalued", "transferred"] %}
with dates as (
    select * from {{ ref("int_dates__reporting") }}
),

balances as (
    select
        as_of_date as balance_date, {{ keys | join(", ") }},
        sum(outstanding_amount) as amount,
        case when count(outstanding_base_amount) = count(*) then sum(outstanding_base_amount) end as base_amount,
        case when count(unrealised_fx_base_amount) = count(*) then sum(unrealised_fx_base_amount) end as unrealised_fx_base_amount
    from {{ ref("int_aging__items_aged") }}
    group by as_of_date, {{ keys | join(", ") }}
),

subjects as (
    select dates.as_of_date, dates.previous_date, {{ keys | join(", ") }}
    from dates inner join balances on dates.as_of_date = balances.balance_date
    union
    select dates.as_of_date, dates.previous_date, {{ keys | join(", ") }}
    from dates inner join balances on dates.previous_date = balances.balance_date
    union
    select dates.as_of_date, dates.previous_date, {{ keys | join(", ") }}
    from dates inner join {{ ref("int_ledger__postings_caused") }} as postings on dates.as_of_date = postings.as_of_date
),

rolled as (
    select
        subjects.as_of_date,
        subjects.previous_date,
        {% for key in keys %}subjects.{{ key }},{% endfor %}
        coalesce(openings.amount, 0) as opening_amount,
        {% for cause in causes %}
        coalesce(postings.{{ cause }}_amount, 0) as {{ cause }}_amount,
        {% endfor %}
        coalesce(closings.amount, 0) as closing_amount,
        case when openings.balance_date is null then 0 else openings.base_amount end as opening_base_amount,
        case when postings.as_of_date is null then 0 else postings.posted_base_amount end as posted_base_amount,
        case when postings.as_of_date is null then 0 else postings.transferred_base_amount end as transferred_base_amount,
        case when realised.as_of_date is null then 0 else realised.realised_fx_base_amount end as realised_fx_base_amount,
        case when closings.balance_date is null then 0 else closings.base_amount end as closing_base_amount,
        case when closings.balance_date is null then 0 else closings.unrealised_fx_base_amount end as unrealised_fx_base_amount
    from subjects
    left join balances as openings
        on subjects.previous_date = openings.balance_date
        {% for key in keys %}and subjects.{{ key }} = openings.{{ key }} {% endfor %}
    left join balances as closings
        on subjects.as_of_date = closings.balance_date
        {% for key in keys %}and subjects.{{ key }} = closings.{{ key }} {% endfor %}
    left join {{ ref("int_ledger__postings_caused") }} as postings
        on subjects.as_of_date = postings.as_of_date
        {% for key in keys %}and subjects.{{ key }} = postings.{{ key }} {% endfor %}
    left join {{ ref("int_currencies__realised_fx") }} as realised
        on subjects.as_of_date = realised.as_of_date
        {% for key in keys %}and subjects.{{ key }} = realised.{{ key }} {% endfor %}
)

select
    *,
    opening_amount{% for cause in causes %} + {{ cause }}_amount{% endfor %} as rolled_amount
from rolled
