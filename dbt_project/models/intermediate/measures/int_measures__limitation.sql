-- Days until the first claim to each customer is barred by limitation, and months since it last sealed a statement.
-- Grain: one row per as_of_date and customer_id.
with confirmed as (
    select as_of_date, customer_id, max(confirmed_on) as confirmed_on
    from {{ ref("int_limitation__confirmations") }}
    group by as_of_date, customer_id
),

barred as (
    select as_of_date, customer_id, min(barred_on) as barred_on
    from {{ ref("int_limitation__items") }}
    group by as_of_date, customer_id
)

select
    reported.as_of_date,
    reported.customer_id,
    cast({{ days_between("reported.as_of_date", "barred.barred_on") }} as integer) as limitation_days_left,
    -- Where no sender delivers confirmations nothing can be said of any.
    case
        when sources.is_delivered
            then {{ months_between("coalesce(confirmed.confirmed_on, reported.first_accounting_date)", "reported.as_of_date") }}
    end as months_since_confirmation
from {{ ref("int_customers__reported") }} as reported
inner join {{ ref("int_quality__source_counts") }} as sources on sources.table_name = 'erp.statement_confirmations'
left join confirmed on {{ same_customer("reported", "confirmed") }}
left join barred on {{ same_customer("reported", "barred") }}
