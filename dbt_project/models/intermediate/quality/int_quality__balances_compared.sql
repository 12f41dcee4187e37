-- Two independent ways to each customer's balance, side by side, on every reporting date kept.
-- Grain: one row per as_of_date, tie_out_code, company_code, customer_id and currency_code.
{% set keys = ["as_of_date", "company_code", "customer_id", "currency_code"] %}
with migrations as (
    select migrations.*
    from {{ ref("int_aging__migrations_split") }} as migrations
    inner join {{ ref("int_dates__reporting") }} as dates on migrations.as_of_date = dates.as_of_date
),

aging as (
    select {{ keys | join(", ") }}, sum(outstanding_amount) as amount
    from {{ ref("int_aging__chosen") }}
    group by {{ keys | join(", ") }}
),

rolled as (
    select {{ keys | join(", ") }}, opening_amount, rolled_amount from {{ ref("int_aging__rolled_forward") }}
),

sides as (
    select 'buckets_to_documents' as tie_out_code, {{ keys | join(", ") }}, amount as left_amount, 0 as right_amount from aging
    union all
    select 'buckets_to_documents', {{ keys | join(", ") }}, 0, balance_amount from {{ ref("int_quality__ledger_balances") }}
    union all
    select 'open_items_to_aging', {{ keys | join(", ") }}, outstanding_amount, 0
    from {{ ref("int_aging__items_aged") }} where is_reporting_date
    union all
    select 'open_items_to_aging', {{ keys | join(", ") }}, 0, amount from aging
    union all
    select 'rollforward_to_aging', {{ keys | join(", ") }}, rolled_amount, 0 from rolled
    union all
    select 'rollforward_to_aging', {{ keys | join(", ") }}, 0, amount from aging
    union all
    select 'migration_to_aging', {{ keys | join(", ") }}, moved_amount, 0
    from migrations where to_bucket_code not in ('settled', 'written_off')
    union all
    select 'migration_to_aging', {{ keys | join(", ") }}, 0, amount from aging
    union all
    select 'migration_to_opening', {{ keys | join(", ") }}, moved_amount, 0
    from migrations where from_bucket_code <> 'new'
    union all
    select 'migration_to_opening', {{ keys | join(", ") }}, 0, opening_amount from rolled
)

select
    tie_out_code,
    {{ keys | join(", ") }},
    sum(left_amount) as left_amount,
    sum(right_amount) as right_amount
from sides
group by tie_out_code, {{ keys | join(", ") }}
