-- What left each bucket in the window of the provision policy, and how much of it grew older or was written off: of the company, and pooled.
-- Grain: one row per as_of_date, company_code and bucket of the aging policy in force.
--
-- Amounts without a rate into the base currency are no evidence either way: they are counted for themselves.
with policies as (
    select in_force.as_of_date, provision.*, aging.policy_version as aging_policy_version
    from {{ ref("int_dates__policies_in_force") }} as in_force
    inner join {{ ref("policy_provision") }} as provision on in_force.policy_version = provision.policy_version
    inner join {{ ref("int_dates__receivables_policies") }} as aging on in_force.as_of_date = aging.as_of_date
    inner join {{ ref("int_dates__reporting") }} as dates on in_force.as_of_date = dates.as_of_date
    where in_force.policy_area = 'provision'
),

buckets as (
    select * from {{ ref("policy_aging_buckets") }}
),

companies as (
    select company_code, base_currency_code, min(accounting_date) as first_accounting_date
    from {{ ref("int_ledger__documents_valued") }}
    group by company_code, base_currency_code
),

monthly as (
    select
        migrations.as_of_date,
        migrations.company_code,
        migrations.from_bucket_code,
        migrations.to_bucket_code,
        sum(migrations.moved_base_amount) as moved_base_amount,
        sum(case when migrations.moved_base_amount is not null then migrations.item_count else 0 end) as item_count,
        sum(case when migrations.moved_base_amount is null then migrations.item_count else 0 end) as unrated_left_count
    from {{ ref("int_aging__migrations_split") }} as migrations
    inner join {{ ref("int_dates__observed") }} as dates on migrations.as_of_date = dates.as_of_date and dates.is_month_end
    where migrations.from_bucket_code not in ('new', 'unapplied')
    group by migrations.as_of_date, migrations.company_code, migrations.from_bucket_code, migrations.to_bucket_code
),

windowed as (
    select
        policies.as_of_date,
        monthly.company_code,
        from_buckets.bucket_code,
        count(distinct monthly.as_of_date) as month_count,
        sum(case
            when monthly.to_bucket_code = 'written_off' or to_buckets.bucket_order > from_buckets.bucket_order then monthly.moved_base_amount
            else 0
        end) as rolled_base_amount,
        sum(case when monthly.to_bucket_code = monthly.from_bucket_code then 0 else monthly.moved_base_amount end) as left_base_amount,
        sum(case when monthly.to_bucket_code = monthly.from_bucket_code then 0 else monthly.item_count end) as left_count,
        sum(case when monthly.to_bucket_code = monthly.from_bucket_code then 0 else monthly.unrated_left_count end) as unrated_left_count
    from policies
    inner join monthly
        on monthly.as_of_date <= policies.as_of_date
        and monthly.as_of_date > {{ month_end_before_the_last("policies.window_months", "policies.as_of_date") }}
    inner join buckets as from_buckets
        on policies.aging_policy_version = from_buckets.policy_version and monthly.from_bucket_code = from_buckets.bucket_code
    left join buckets as to_buckets
        on policies.aging_policy_version = to_buckets.policy_version and monthly.to_bucket_code = to_buckets.bucket_code
    group by policies.as_of_date, monthly.company_code, from_buckets.bucket_code
)

select
    policies.*,
    companies.company_code,
    companies.base_currency_code,
    buckets.bucket_code,
    buckets.bucket_order,
    coalesce(windowed.month_count, 0) as month_count,
    coalesce(windowed.left_base_amount, 0) as left_base_amount,
    coalesce(windowed.rolled_base_amount, 0) as rolled_base_amount,
    coalesce(windowed.left_count, 0) as left_count,
    coalesce(windowed.unrated_left_count, 0) as unrated_left_count,
    sum(coalesce(windowed.left_base_amount, 0)) over pool as pooled_left_base_amount,
    sum(coalesce(windowed.rolled_base_amount, 0)) over pool as pooled_rolled_base_amount,
    sum(coalesce(windowed.left_count, 0)) over pool as pooled_left_count,
    sum(coalesce(windowed.unrated_left_count, 0)) over pool as pooled_unrated_left_count
from policies
inner join buckets on policies.aging_policy_version = buckets.policy_version
inner join companies on companies.first_accounting_date <= policies.as_of_date
left join windowed
    on policies.as_of_date = windowed.as_of_date
    and companies.company_code = windowed.company_code
    and buckets.bucket_code = windowed.bucket_code
window
    pool as (partition by policies.as_of_date, companies.base_currency_code, buckets.bucket_code)
