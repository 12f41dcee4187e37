-- Customers on each reporting date: those with a document posted or an order placed by then.
-- Grain: one row per as_of_date and customer_id.
with first_postings as (
    select customer_id, min(accounting_date) as first_accounting_date
    from {{ ref("int_ledger__documents_valued") }}
    group by customer_id
),

-- The first order is the riskiest: a customer is one before anything is posted.
first_orders as (
    select matched.customer_id, min(orders.order_date) as first_order_date
    from {{ ref("stg_erp__orders") }} as orders
    inner join {{ ref("int_identity__matched") }} as matched
        on matched.source_system = 'erp'
        and orders.company_code = matched.company_code
        and orders.customer_code = matched.source_record
    group by matched.customer_id
),

begun as (
    select
        coalesce(first_postings.customer_id, first_orders.customer_id) as customer_id,
        first_postings.first_accounting_date,
        first_orders.first_order_date
    from first_postings
    full outer join first_orders on first_postings.customer_id = first_orders.customer_id
)

select
    dates.as_of_date,
    begun.customer_id,
    case when begun.first_accounting_date <= dates.as_of_date then begun.first_accounting_date end as first_accounting_date,
    case when begun.first_order_date <= dates.as_of_date then begun.first_order_date end as first_order_date
from {{ ref("int_dates__reporting") }} as dates
inner join begun on begun.first_accounting_date <= dates.as_of_date or begun.first_order_date <= dates.as_of_date
