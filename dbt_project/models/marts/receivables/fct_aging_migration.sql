-- Migration of receivables between buckets, from the month-end before each reporting date to that date.
-- Grain: one row per as_of_date, company_code, customer_id, currency_code, from_bucket_code and to_bucket_code.
select
    migrations.as_of_date,
    dates.previous_date,
    migrations.company_code,
    migrations.customer_id,
    migrations.currency_code,
    migrations.from_bucket_code,
    migrations.to_bucket_code,
    cast(migrations.moved_amount as decimal(18, 2)) as moved_amount,
    cast(migrations.moved_base_amount as decimal(18, 2)) as moved_base_amount,
    cast(migrations.item_count as integer) as item_count,
    policies.policy_version
from {{ ref("int_aging__migrations_split") }} as migrations
inner join {{ ref("int_dates__reporting") }} as dates on migrations.as_of_date = dates.as_of_date
inner join {{ ref("int_dates__receivables_policies") }} as policies on migrations.as_of_date = policies.as_of_date
