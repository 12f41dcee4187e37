-- Amounts of each customer by bucket in the view of unapplied credit that the policy in force chose.
-- Grain: one row per as_of_date, company_code, customer_id, currency_code and bucket_code.
with disputed as (
    select as_of_date, company_code, customer_id, currency_code, bucket_code, sum(claimed_amount) as disputed_amount
    from {{ ref("int_aging__items_claimed") }}
    where claim_type = 'disputed'
    group by as_of_date, company_code, customer_id, currency_code, bucket_code
),

-- Grouped by as little as tells the groups apart, and nothing joined before: at ten million documents these are tens of millions, and
-- DuckDB, thinking them few, would build its hash tables of them.
plain as (
    select
        items.as_of_date, items.company_code, items.customer_id, items.currency_code,
        case items.bucket_code when 'unapplied' then 0 else items.bucket_order end as bucket_order,
        sum(items.outstanding_amount) as outstanding_amount,
        -- A sum that lacks one item's rate would be wrong without saying so.
        case when count(items.outstanding_base_amount) = count(*) then sum(items.outstanding_base_amount) end as outstanding_base_amount,
        count(*) as item_count
    from {{ ref("int_aging__items_aged") }} as items
    where items.is_reporting_date
    group by
        items.as_of_date, items.company_code, items.customer_id, items.currency_code,
        case items.bucket_code when 'unapplied' then 0 else items.bucket_order end
),

buckets as (
    select policy_version, bucket_order, bucket_code from {{ ref("policy_aging_buckets") }}
    union all
    select policy_version, 0, 'unapplied' from {{ ref("policy_aging") }}
    union all
    select policy_version, -1, 'fx_difference' from {{ ref("policy_aging") }}
)

{% for amounts, is_of_view in [("plain", "in"), (ref("int_aging__netted"), "not in")] %}
select
    chosen.as_of_date,
    chosen.company_code,
    chosen.customer_id,
    chosen.currency_code,
    buckets.bucket_code,
    chosen.bucket_order,
    cast(chosen.outstanding_amount as decimal(18, 2)) as outstanding_amount,
    cast(chosen.outstanding_base_amount as decimal(18, 2)) as outstanding_base_amount,
    cast(coalesce(disputed.disputed_amount, 0) as decimal(18, 2)) as disputed_amount,
    chosen.item_count,
    policies.unapplied_view,
    policies.policy_version
from {{ amounts }} as chosen
inner join {{ ref("int_dates__receivables_policies") }} as policies on chosen.as_of_date = policies.as_of_date
inner join buckets on policies.policy_version = buckets.policy_version and chosen.bucket_order = buckets.bucket_order
left join disputed
    on chosen.as_of_date = disputed.as_of_date
    and chosen.company_code = disputed.company_code
    and chosen.customer_id = disputed.customer_id
    and chosen.currency_code = disputed.currency_code
    and buckets.bucket_code = disputed.bucket_code
where policies.unapplied_view {{ is_of_view }} ('own_column', 'left_out')
{{ "union all" if not loop.last }}
{% endfor %}
