-- Records about a document or a customer that no delivery holds: nothing can be made of them, so they are told.
-- Grain: one row per table_name and record_id.
--
-- What a contact, dispute, promise or pledge names may come later, or may have been set aside; or the number is wrong.
{% set about_documents = {
    "crm.collection_activities": ["stg_crm__collection_activities", "activity_id"],
    "crm.disputes": ["stg_crm__disputes", "dispute_id"],
    "crm.guarantees": ["stg_crm__guarantees", "guarantee_id"],
    "crm.promises_to_pay": ["stg_crm__promises_to_pay", "promise_id"],
} %}
{% set about_customers = {
    "crm.credit_applications": ["stg_crm__credit_applications", "credit_application_id"],
    "crm.guarantees": ["stg_crm__guarantees", "guarantee_id"],
    "erp.repossessed_assets": ["stg_erp__repossessed_assets", "repossession_id"],
    "erp.statement_confirmations": ["stg_erp__statement_confirmations", "confirmation_id"],
} %}
with about_documents as (
    {% for table, (relation, key) in about_documents.items() %}
    select '{{ table }}' as table_name, {{ key }} as record_id, company_code, document_no, load_id, line_number
    from {{ ref(relation) }}
    where document_no is not null
    {{ "union all" if not loop.last }}
    {% endfor %}
),

about_customers as (
    {% for table, (relation, key) in about_customers.items() %}
    select '{{ table }}' as table_name, {{ key }} as record_id, company_code, customer_code, load_id, line_number
    from {{ ref(relation) }}
    {{ "union all" if not loop.last }}
    {% endfor %}
),

unreached as (
    select about_customers.table_name, about_customers.record_id, about_customers.company_code, about_customers.customer_code,
        cast(null as varchar) as document_no, about_customers.load_id, about_customers.line_number
    from about_customers
    left join {{ ref("int_identity__accounts_named") }} as accounts
        on about_customers.company_code = accounts.company_code and about_customers.customer_code = accounts.customer_code
    where accounts.customer_code is null
    union all
    select about_documents.table_name, about_documents.record_id, about_documents.company_code, null, about_documents.document_no,
        about_documents.load_id, about_documents.line_number
    from about_documents
    left join {{ ref("stg_erp__documents") }} as documents
        on about_documents.company_code = documents.company_code and about_documents.document_no = documents.document_no
    where documents.document_no is null
    union all
    select 'any.metrics', metrics.subject || '/' || metrics.metric, null, null, null, metrics.load_id, metrics.line_number
    from {{ ref("stg_any__metrics") }} as metrics
    left join {{ ref("int_measures__subjects") }} as subjects on metrics.subject = subjects.subject
    where subjects.subject is null
)

select
    table_name,
    record_id,
    min(company_code) as company_code,
    min(customer_code) as customer_code,
    min(document_no) as document_no,
    min(load_id) as load_id,
    min(line_number) as line_number
from unreached
group by table_name, record_id
