-- The load and line that brought each record of a customer besides the ledger's documents, and the control accounts of the general
-- ledger: when it came to be, and the amount that it states.
-- Grain: one row per table_name and record_key.
{{ config(materialized="view") }}
with of_erp_customers as (
    select
        'erp.orders' as table_name, company_code || ' ' || order_no as record_key, company_code, customer_code, order_date as recorded_on,
        order_amount as amount, currency_code, load_id, line_number
    from {{ ref("stg_erp__orders") }}
    union all
    select
        'erp.statement_confirmations', confirmation_id, company_code, customer_code, confirmed_on, confirmed_amount, null, load_id,
        line_number
    from {{ ref("stg_erp__statement_confirmations") }}
    union all
    select
        'erp.repossessed_assets', repossession_id, company_code, customer_code, repossessed_on, appraised_amount, null, load_id, line_number
    from {{ ref("stg_erp__repossessed_assets") }}
    union all
    select
        'crm.credit_applications', credit_application_id, company_code, customer_code, applied_on, approved_limit_amount, null, load_id,
        line_number
    from {{ ref("stg_crm__credit_applications") }}
    union all
    select 'crm.guarantees', guarantee_id, company_code, customer_code, valid_from, secured_amount, currency_code, load_id, line_number
    from {{ ref("stg_crm__guarantees") }}
),

of_documents as (
    select
        'crm.disputes' as table_name, dispute_id as record_key, company_code, document_no, opened_on as recorded_on,
        disputed_amount as amount, load_id, line_number
    from {{ ref("stg_crm__disputes") }}
    union all
    select 'crm.promises_to_pay', promise_id, company_code, document_no, promised_on, promised_amount, load_id, line_number
    from {{ ref("stg_crm__promises_to_pay") }}
),

of_legal_entities as (
    select
        'bureau.registrations' as table_name, unified_social_credit_code || ' ' || published_on as record_key,
        unified_social_credit_code, published_on as recorded_on, load_id, line_number
    from {{ ref("stg_bureau__registrations") }}
    union all
    select
        'bureau.financial_statements', unified_social_credit_code || ' ' || period_end || ' ' || published_on,
        unified_social_credit_code, published_on, load_id, line_number
    from {{ ref("stg_bureau__financial_statements") }}
    union all
    select 'bureau.events', event_id, unified_social_credit_code, published_on, load_id, line_number
    from {{ ref("stg_bureau__events") }}
    union all
    select 'bureau.ownership_links', link_id, owned_credit_code, published_on, load_id, line_number
    from {{ ref("stg_bureau__ownership_links") }}
),

numbers as (
    select company_code, source_record as customer_code, customer_id
    from {{ ref("int_identity__matched") }}
    where source_system = 'erp'
)

select
    records.table_name, records.record_key, records.company_code, numbers.customer_id, records.recorded_on, records.amount,
    records.currency_code, records.load_id, records.line_number
from of_erp_customers as records
inner join numbers on records.company_code = numbers.company_code and records.customer_code = numbers.customer_code
union all
select
    records.table_name, records.record_key, records.company_code, documents.customer_id, records.recorded_on, records.amount,
    documents.currency_code, records.load_id, records.line_number
from of_documents as records
inner join {{ ref("int_ledger__documents_valued") }} as documents
    on records.company_code = documents.company_code and records.document_no = documents.document_no
union all
select
    'crm.collection_activities', activities.activity_id, activities.company_code, accounts.customer_id, activities.activity_date,
    activities.cost_amount, null, activities.load_id, activities.line_number
from {{ ref("stg_crm__collection_activities") }} as activities
inner join {{ ref("int_identity__matched") }} as accounts
    on accounts.source_system = 'crm' and activities.account_id = accounts.source_record and accounts.customer_id is not null
union all
select
    records.table_name, records.record_key, null, customers.customer_id, records.recorded_on, null, null, records.load_id,
    records.line_number
from of_legal_entities as records
inner join {{ ref("int_identity__codes_held") }} as customers
    on records.unified_social_credit_code = customers.unified_social_credit_code and customers.is_main
union all
select
    'erp.gl_balances', company_code || ' ' || account_code || ' ' || balance_date || ' ' || currency_code, company_code, null,
    balance_date, balance_amount, currency_code, load_id, line_number
from {{ ref("stg_erp__gl_balances") }}
