-- What each canonical table holds as known, and whether any sender delivers it.
-- Grain: one row per table_name.
with counts as (
    {% for table in [
        "erp__companies", "erp__customers", "erp__documents", "erp__instalments", "erp__applications", "erp__orders",
        "erp__gl_balances", "erp__fx_rates", "crm__accounts", "crm__collection_activities", "crm__promises_to_pay", "crm__disputes",
        "crm__credit_applications", "crm__guarantees", "bureau__registrations", "bureau__ownership_links", "bureau__financial_statements",
        "bureau__events", "bureau__industry_outlook", "any__metrics", "crm__alert_responses",
        "erp__statement_confirmations", "erp__repossessed_assets", "erp__payment_terms"
    ] %}
    select '{{ table | replace("__", ".") }}' as table_name, count(*) as row_count from {{ ref("stg_" ~ table) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

loads as (
    select
        table_name,
        count(*) as load_count,
        sum(delivered_row_count) as delivered_row_count,
        sum(loaded_row_count) as loaded_row_count,
        sum(quarantined_row_count) as quarantined_row_count
    from {{ ref("stg_ingestion__loads") }}
    group by table_name
),

-- Records of these tables are about a customer, and say nothing where they lead to none.
linked as (
    select table_name, count(distinct record_key) as linked_row_count
    from {{ ref("int_lineage__record_lines") }}
    where customer_id is not null
    group by table_name
    union all
    select 'crm.accounts', count(customer_id) from {{ ref("int_identity__matched") }} where source_system = 'crm'
    union all
    select 'any.metrics', count(*)
    from {{ ref("stg_any__metrics") }}
    where subject in (select subject from {{ ref("int_measures__subjects") }})
)

select
    counts.table_name,
    loads.table_name is not null as is_delivered,
    coalesce(loads.load_count, 0) as load_count,
    coalesce(loads.delivered_row_count, 0) as delivered_row_count,
    coalesce(loads.loaded_row_count, 0) as loaded_row_count,
    coalesce(loads.quarantined_row_count, 0) as quarantined_row_count,
    counts.row_count,
    case
        when counts.table_name in (
            'erp.orders', 'erp.statement_confirmations', 'erp.repossessed_assets', 'crm.accounts', 'crm.collection_activities',
            'crm.promises_to_pay', 'crm.disputes', 'crm.credit_applications', 'crm.guarantees', 'bureau.registrations',
            'bureau.ownership_links', 'bureau.financial_statements', 'bureau.events', 'any.metrics'
        ) then counts.row_count - coalesce(linked.linked_row_count, 0)
    end as unlinked_row_count
from counts
left join loads on counts.table_name = loads.table_name
left join linked on counts.table_name = linked.table_name
