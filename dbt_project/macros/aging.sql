{# The one text of the aging rules (SEMANTICS 3). dbt renders it for the reporting dates and `receivables aging` for any date, so it
   uses nothing but its arguments and days_between. #}

{# Age, bucket, status and the three currency amounts of open items.

   `items`: as_of_date, company_code, document_no, instalment_no, document_type, document_date, accounting_date, due_date, open_amount,
   fx_rate, closing_fx_rate and any columns to carry along; `policies`: as_of_date and the columns of policy_aging, one row per
   as_of_date; `buckets`: policy_aging_buckets. Differences of exchange that are posted (fx_revaluation) stand in a bucket of their own. #}
{% macro aged_items(items, policies, buckets) -%}
    select
        aged.*,
        case when aged.is_fx_difference then -1 else bucket_days.bucket_order end as bucket_order,
        case when aged.is_fx_difference then 'fx_difference' else bucket_days.bucket_code end as age_bucket_code,
        -- Credits that nothing has used up are only netted into the buckets of what is owed where policy says so.
        case
            when aged.is_fx_difference then 'fx_difference'
            when aged.outstanding_amount < 0 and aged.unapplied_view <> 'aged_by_own_date' then 'unapplied'
            else bucket_days.bucket_code
        end as bucket_code,
        case
            when aged.is_fx_difference or aged.outstanding_amount < 0 or aged.days_overdue <= 0 then 'normal'
            when aged.days_overdue <= aged.bad_debt_after_days then 'overdue'
            else 'bad_debt'
        end as ledger_status
    from (
        select
            items.*,
            policies.policy_version,
            policies.unapplied_view,
            policies.bad_debt_after_days,
            edges.lowest_day,
            edges.highest_day,
            -- A revaluation of the books is no debt: it has no age.
            coalesce(items.document_type = 'fx_revaluation', false) as is_fx_difference,
            case
                when items.document_type = 'fx_revaluation' then null
                else {{ days_between("items.due_date", "items.as_of_date") }}
            end as days_overdue,
            case
                when items.document_type = 'fx_revaluation' then null
                else {{ days_between(
                    "case policies.aging_basis when 'document_date' then items.document_date when 'accounting_date' then items.accounting_date "
                    ~ "else items.due_date end", "items.as_of_date"
                ) }}
            end as days_past_due,
            items.open_amount as outstanding_amount,
            {{ base_amount("items.open_amount", "items.fx_rate") }} as outstanding_base_amount,
            -- The closing rate revalues the items themselves, which a revaluation of the books would do once more.
            case
                when items.document_type = 'fx_revaluation' then 0
                else {{ base_amount("items.open_amount", "items.closing_fx_rate") }}
            end as outstanding_closing_base_amount,
            case
                when items.document_type = 'fx_revaluation' or items.closing_fx_rate = items.fx_rate then 0
                else {{ base_amount("items.open_amount", "(items.closing_fx_rate - items.fx_rate)") }}
            end as unrealised_fx_base_amount
        from {{ items }} as items
        inner join {{ policies }} as policies
            on items.as_of_date = policies.as_of_date
            and items.receipt_allocation in ('any', policies.receipt_allocation)
            and items.instalment_allocation in ('any', policies.instalment_allocation)
        inner join ({{ bucket_edges(buckets) }}) as edges on policies.policy_version = edges.policy_version
    ) as aged
    inner join ({{ bucket_days(buckets) }}) as bucket_days
        on aged.policy_version = bucket_days.policy_version
        and least(greatest(coalesce(aged.days_past_due, aged.lowest_day), aged.lowest_day), aged.highest_day) = bucket_days.days_past_due
{%- endmacro %}

{# The days just outside of a policy's edges: all that lie beyond fall into the same buckets as they do. #}
{% macro bucket_edges(buckets) -%}
    select
        policy_version,
        coalesce(min(least(from_days, to_days)), 0) - 1 as lowest_day,
        coalesce(max(greatest(from_days, to_days)), 0) + 1 as highest_day
    from {{ buckets }} as buckets
    group by policy_version
{%- endmacro %}

{# The bucket of each day between a policy's edges: looked up by equality, where comparing every item with every range is ten times
   slower. #}
{% macro bucket_days(buckets) -%}
    select days.policy_version, days.days_past_due, buckets.bucket_order, buckets.bucket_code
    from (
        select policy_version, {{ each_number("lowest_day", "highest_day") }} as days_past_due
        from ({{ bucket_edges(buckets) }}) as edges
    ) as days
    inner join {{ buckets }} as buckets
        on days.policy_version = buckets.policy_version
        and (buckets.from_days is null or days.days_past_due >= buckets.from_days)
        and (buckets.to_days is null or days.days_past_due <= buckets.to_days)
{%- endmacro %}

{# The four views of unapplied credit, side by side: each customer's amounts by bucket.

   own_column: credits in the row `unapplied`. aged_by_own_date: credits in the bucket of their own age. applied_oldest_first: credits
   taken off the oldest bucket that is owed, then the next; what exceeds all that is owed stays in the row `unapplied`. left_out: as
   own_column without the row `unapplied`. Differences of exchange stand as they are in all four. `items`: what aged_items gives; `keys`: columns within which credits reduce debts. #}
{% macro unapplied_views(items, keys) -%}
    {%- set amounts = ["outstanding_amount", "outstanding_base_amount"] -%}
    with summed as (
        select
            {{ keys | join(", ") }}, bucket_order, age_bucket_code,
            count(case when outstanding_amount > 0 then 1 end) as owed_count,
            count(case when outstanding_amount < 0 then 1 end) as credit_count,
            {% for amount in amounts -%}
            -- A sum that lacks one item's rate would be wrong without saying so.
            case when count({{ amount }}) = count(*) then sum(case when {{ amount }} > 0 then {{ amount }} else 0 end) end as owed_{{ amount }},
            case when count({{ amount }}) = count(*) then -sum(case when {{ amount }} < 0 then {{ amount }} else 0 end) end as credit_{{ amount }}
            {{- "," if not loop.last }}
            {% endfor %}
        from {{ items }} as items
        where bucket_code <> 'fx_difference'
        group by {{ keys | join(", ") }}, bucket_order, age_bucket_code
    ),

    credited as (
        select
            {{ keys | join(", ") }}
            {%- for amount in amounts %},
            case when count(credit_{{ amount }}) = count(*) then sum(credit_{{ amount }}) end as total_credit_{{ amount }}
            {%- endfor %}
        from summed
        where credit_count > 0
        group by {{ keys | join(", ") }}
    ),

    -- Only where there are credits does it matter what is older.
    queued as (
        select
            summed.*,
            {% for amount in amounts -%}
            case
                when count(summed.owed_{{ amount }}) over older = count(*) over older
                    then credited.total_credit_{{ amount }} - coalesce(sum(summed.owed_{{ amount }}) over older, 0)
            end as credit_left_{{ amount }}{{ "," if not loop.last }}
            {% endfor %}
        from summed
        inner join credited
            on {% for key in keys %}summed.{{ key }} = credited.{{ key }}{{ " and " if not loop.last }}{% endfor %}
        window older as (
            partition by {% for key in keys %}summed.{{ key }}{{ ", " if not loop.last }}{% endfor %} order by summed.bucket_order desc
            rows between unbounded preceding and 1 preceding
        )
        union all
        select summed.*{% for amount in amounts %}, 0{% endfor %}
        from summed
        left join credited
            on {% for key in keys %}summed.{{ key }} = credited.{{ key }}{{ " and " if not loop.last }}{% endfor %}
        where credited.{{ keys[0] }} is null
    )

    select
        {{ keys | join(", ") }}, age_bucket_code as bucket_code, bucket_order, owed_count as own_column_count, owed_count + credit_count as aged_count,
        {% for amount in amounts -%}
        owed_{{ amount }} as own_column_{{ amount }},
        owed_{{ amount }} - credit_{{ amount }} as aged_by_own_date_{{ amount }},
        case
            when owed_{{ amount }} is not null and credit_left_{{ amount }} is not null
                then greatest(owed_{{ amount }} - greatest(credit_left_{{ amount }}, 0), 0)
        end as applied_oldest_first_{{ amount }},
        owed_{{ amount }} as left_out_{{ amount }}
        {{- "," if not loop.last }}
        {% endfor %}
    from queued
    union all
    select
        {{ keys | join(", ") }}, 'unapplied', 0, sum(credit_count), 0,
        {% for amount in amounts -%}
        case when count(credit_{{ amount }}) = count(*) then -sum(credit_{{ amount }}) end,
        0,
        case
            when count(credit_{{ amount }}) = count(*) and count(owed_{{ amount }}) = count(*)
                then -greatest(sum(credit_{{ amount }}) - sum(owed_{{ amount }}), 0)
        end,
        0
        {{- "," if not loop.last }}
        {% endfor %}
    from summed
    group by {{ keys | join(", ") }}
    having sum(credit_count) > 0
    union all
    select
        {{ keys | join(", ") }}, 'fx_difference', -1, count(*), count(*),
        {% for amount in amounts -%}
        {% for view in ["own_column", "aged_by_own_date", "applied_oldest_first", "left_out"] -%}
        case when count({{ amount }}) = count(*) then sum({{ amount }}) end{{ "," if not loop.last }}
        {% endfor -%}
        {{- "," if not loop.last }}
        {% endfor %}
    from {{ items }} as items
    where bucket_code = 'fx_difference'
    group by {{ keys | join(", ") }}
{%- endmacro %}

{# What is contested or secured of each open item: claims on the instalment first, then on its document and then on its customer,
   each laid onto the items by due date.

   `items`: what aged_items gives; `claims`: as_of_date, company_code, document_no (null: all that the customer owes), instalment_no (null:
   the whole document), customer_id, currency_code and claimed_amount (null: all that is open). #}
{% macro claimed_amounts(items, claims) -%}
    with on_instalments as (
        select as_of_date, company_code, document_no, instalment_no, sum(claimed_amount) as amount, count(*) > count(claimed_amount) as is_all
        from {{ claims }} as claims
        where document_no is not null and instalment_no is not null
        group by as_of_date, company_code, document_no, instalment_no
    ),

    on_documents as (
        select as_of_date, company_code, document_no, sum(claimed_amount) as amount, count(*) > count(claimed_amount) as is_all
        from {{ claims }} as claims
        where document_no is not null and instalment_no is null
        group by as_of_date, company_code, document_no
    ),

    on_customers as (
        select as_of_date, company_code, customer_id, currency_code, sum(claimed_amount) as amount
        from {{ claims }} as claims
        where document_no is null
        group by as_of_date, company_code, customer_id, currency_code
    ),

    claimed as (
        select
            items.as_of_date, items.company_code, items.document_no, items.instalment_no, items.customer_id, items.currency_code,
            items.bucket_code, items.due_date, items.outstanding_amount,
            case
                when on_instalments.is_all or on_documents.is_all then items.outstanding_amount
                else least(coalesce(on_instalments.amount, 0), items.outstanding_amount)
            end as taken_first,
            coalesce(on_documents.amount, 0) as document_amount,
            coalesce(on_customers.amount, 0) as customer_amount
        from {{ items }} as items
        left join on_instalments
            on items.as_of_date = on_instalments.as_of_date
            and items.company_code = on_instalments.company_code
            and items.document_no = on_instalments.document_no
            and items.instalment_no = on_instalments.instalment_no
        left join on_documents
            on items.as_of_date = on_documents.as_of_date
            and items.company_code = on_documents.company_code
            and items.document_no = on_documents.document_no
        left join on_customers
            on items.as_of_date = on_customers.as_of_date
            and items.company_code = on_customers.company_code
            and items.customer_id = on_customers.customer_id
            and items.currency_code = on_customers.currency_code
        where
            items.outstanding_amount > 0
            and items.bucket_code <> 'fx_difference'
            and coalesce(on_instalments.as_of_date, on_documents.as_of_date, on_customers.as_of_date) is not null
    ),

    with_documents as (
        select
            *,
            taken_first + least(outstanding_amount - taken_first, greatest(document_amount - coalesce(sum(outstanding_amount - taken_first) over (
                partition by as_of_date, company_code, document_no order by due_date, instalment_no
                rows between unbounded preceding and 1 preceding
            ), 0), 0)) as taken_second
        from claimed
    )

    select
        as_of_date, company_code, document_no, instalment_no, customer_id, currency_code, bucket_code,
        cast(taken_second + least(outstanding_amount - taken_second, greatest(customer_amount - coalesce(sum(outstanding_amount - taken_second) over (
            partition by as_of_date, company_code, customer_id, currency_code order by due_date, document_no, instalment_no
            rows between unbounded preceding and 1 preceding
        ), 0), 0)) as decimal(18, 2)) as claimed_amount
    from with_documents
{%- endmacro %}
