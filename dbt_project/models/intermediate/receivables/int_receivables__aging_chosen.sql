-- Amounts of each customer by bucket in the view of unapplied credit that the policy in force chose.
-- Grain: one row per as_of_date, company_code, customer_id, currency_code and bucket_code.
with disputed as (
    select
        items.as_of_date,
        items.company_code,
        items.customer_id,
        items.currency_code,
        items.bucket_code,
        sum(disputed.claimed_amount) as disputed_amount
    from {{ ref("int_receivables__items_claimed") }} as disputed
    inner join {{ ref("int_receivables__open_items") }} as items
        on disputed.as_of_date = items.as_of_date
        and disputed.company_code = items.company_code
        and disputed.document_no = items.document_no
        and disputed.instalment_no = items.instalment_no
    where disputed.claim_type = 'disputed'
    group by items.as_of_date, items.company_code, items.customer_id, items.currency_code, items.bucket_code
),

plain as (
    select
        items.as_of_date, items.company_code, items.customer_id, items.currency_code, items.bucket_code,
        case items.bucket_code when 'unapplied' then 0 else items.bucket_order end as bucket_order,
        sum(items.outstanding_amount) as outstanding_amount,
        -- A sum that lacks one item's rate would be wrong without saying so.
        case when count(items.outstanding_base_amount) = count(*) then sum(items.outstanding_base_amount) end as outstanding_base_amount,
        count(*) as item_count,
        items.policy_version
    from {{ ref("int_receivables__open_items") }} as items
    inner join {{ ref("int_receivables__policies_dated") }} as policies
        on items.as_of_date = policies.as_of_date and policies.unapplied_view in ('own_column', 'left_out')
    where items.is_reporting_date
    group by
        items.as_of_date, items.company_code, items.customer_id, items.currency_code, items.bucket_code,
        case items.bucket_code when 'unapplied' then 0 else items.bucket_order end, items.policy_version
),

netted_items as (
    select items.*
    from {{ ref("int_receivables__open_items") }} as items
    inner join {{ ref("int_receivables__policies_dated") }} as policies
        on items.as_of_date = policies.as_of_date and policies.unapplied_view not in ('own_column', 'left_out')
    where items.is_reporting_date
),

viewed as (
    {{ unapplied_views("netted_items", ["as_of_date", "policy_version", "company_code", "customer_id", "currency_code"]) }}
),

netted as (
    select
        viewed.as_of_date, viewed.company_code, viewed.customer_id, viewed.currency_code, viewed.bucket_code, viewed.bucket_order,
        {% for amount in ["outstanding_amount", "outstanding_base_amount"] %}
        case policies.unapplied_view
            when 'aged_by_own_date' then viewed.aged_by_own_date_{{ amount }} else viewed.applied_oldest_first_{{ amount }}
        end as {{ amount }},
        {% endfor %}
        case policies.unapplied_view when 'aged_by_own_date' then viewed.aged_count else viewed.own_column_count end as item_count,
        viewed.policy_version
    from viewed
    inner join {{ ref("int_receivables__policies_dated") }} as policies on viewed.as_of_date = policies.as_of_date
),

chosen as (
    select * from plain
    union all
    select * from netted where outstanding_amount <> 0
)

select
    chosen.as_of_date,
    chosen.company_code,
    chosen.customer_id,
    chosen.currency_code,
    chosen.bucket_code,
    chosen.bucket_order,
    cast(chosen.outstanding_amount as decimal(18, 2)) as outstanding_amount,
    cast(chosen.outstanding_base_amount as decimal(18, 2)) as outstanding_base_amount,
    cast(coalesce(disputed.disputed_amount, 0) as decimal(18, 2)) as disputed_amount,
    chosen.item_count,
    policies.unapplied_view,
    chosen.policy_version
from chosen
inner join {{ ref("int_receivables__policies_dated") }} as policies on chosen.as_of_date = policies.as_of_date
left join disputed
    on chosen.as_of_date = disputed.as_of_date
    and chosen.company_code = disputed.company_code
    and chosen.customer_id = disputed.customer_id
    and chosen.currency_code = disputed.currency_code
    and chosen.bucket_code = disputed.bucket_code
