-- Amounts of each customer by bucket on the dates whose policy nets credits with debts: by their own date, or oldest first.
-- Grain: one row per as_of_date, company_code, customer_id, currency_code and bucket_order.
--
-- The views of only these dates, not int_aging__views: where no policy nets, which is the rule, this costs nothing.
with netted_items as (
    select items.*
    from {{ ref("int_aging__items_aged") }} as items
    inner join {{ ref("int_dates__receivables_policies") }} as policies
        on items.as_of_date = policies.as_of_date and policies.unapplied_view not in ('own_column', 'left_out')
    where items.is_reporting_date
),

viewed as (
    {{ unapplied_views("netted_items", ["as_of_date", "company_code", "customer_id", "currency_code"]) }}
),

netted as (
    select
        viewed.as_of_date, viewed.company_code, viewed.customer_id, viewed.currency_code, viewed.bucket_order,
        {% for amount in ["outstanding_amount", "outstanding_base_amount"] %}
        case policies.unapplied_view
            when 'aged_by_own_date' then viewed.aged_by_own_date_{{ amount }} else viewed.applied_oldest_first_{{ amount }}
        end as {{ amount }},
        {% endfor %}
        case policies.unapplied_view when 'aged_by_own_date' then viewed.aged_count else viewed.own_column_count end as item_count
    from viewed
    inner join {{ ref("int_dates__receivables_policies") }} as policies on viewed.as_of_date = policies.as_of_date
)

select * from netted where outstanding_amount <> 0
