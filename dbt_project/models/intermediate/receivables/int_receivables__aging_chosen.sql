-- Amounts of each customer by bucket in the view of unapplied credit that the policy in force chose.
-- Grain: one row per as_of_date, company_code, customer_id, currency_code and bucket_code.
with chosen as (
    select
        viewed.as_of_date,
        viewed.company_code,
        viewed.customer_id,
        viewed.currency_code,
        viewed.bucket_code,
        viewed.bucket_order,
        policies.unapplied_view,
        {% for amount in ["outstanding_amount", "outstanding_base_amount"] %}
        case policies.unapplied_view
            when 'aged_by_own_date' then viewed.aged_by_own_date_{{ amount }}
            when 'applied_oldest_first' then viewed.applied_oldest_first_{{ amount }}
            else viewed.own_column_{{ amount }}
        end as {{ amount }},
        {% endfor %}
        case policies.unapplied_view when 'aged_by_own_date' then viewed.aged_count else viewed.own_column_count end as item_count,
        viewed.policy_version
    from {{ ref("int_receivables__aging_views") }} as viewed
    inner join {{ ref("int_receivables__policies_dated") }} as policies on viewed.as_of_date = policies.as_of_date
)

select * from chosen where outstanding_amount <> 0
