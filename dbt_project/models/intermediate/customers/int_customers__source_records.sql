-- Records of the three sources that name a customer, with their name normalised and their credit code checked.
-- Grain: one row per record_key.
with master as (
    select company_code, customer_code, customer_name, unified_social_credit_code, industry_code, load_id, line_number
    from {{ ref("stg_erp__customers") }}
),

ledger_only as (
    select named.company_code, named.customer_code
    from (
        select company_code, customer_code from {{ ref("stg_erp__documents") }}
        union
        select company_code, customer_code from {{ ref("stg_erp__orders") }}
    ) as named
    left join master
        on named.company_code = master.company_code and named.customer_code = master.customer_code
    where master.customer_code is null
),

latest as (
    select unified_social_credit_code, max(published_on) as published_on
    from {{ ref("stg_bureau__registrations") }}
    group by unified_social_credit_code
),

latest_registrations as (
    select registrations.*
    from {{ ref("stg_bureau__registrations") }} as registrations
    inner join latest
        on registrations.unified_social_credit_code = latest.unified_social_credit_code
        and registrations.published_on = latest.published_on
),

records as (
    select
        'erp' as source_system, company_code, customer_code as source_record, customer_name as record_name,
        unified_social_credit_code as stated_credit_code, customer_code as erp_customer_code, industry_code,
        load_id, line_number
    from master
    union all
    select 'erp', company_code, customer_code as source_record, null, null, customer_code as erp_customer_code, null, null, null
    from ledger_only
    union all
    select
        'crm', company_code, account_id, account_name, unified_social_credit_code, erp_customer_code, null, load_id,
        line_number
    from {{ ref("stg_crm__accounts") }}
    union all
    select
        'bureau', null, unified_social_credit_code as source_record, registered_name, unified_social_credit_code as stated_credit_code, null,
        industry_code, load_id, line_number
    from latest_registrations
),

stated as (
    select stated_credit_code, count(distinct source_system) as source_count
    from records
    where stated_credit_code is not null
    group by stated_credit_code
),

checked as (
    select
        records.*,
        {{ is_valid_credit_code("records.stated_credit_code") }} as is_valid_credit_code,
        stated.source_count
    from records
    left join stated on records.stated_credit_code = stated.stated_credit_code
)

select
    {{ record_key("source_system", "company_code", "source_record") }} as record_key,
    source_system,
    company_code,
    source_record,
    record_name,
    {{ normalised_name("record_name") }} as normalised_name,
    -- Individuals share names; companies that carry their legal form do not.
    {{ normalised_name("record_name") }} <> lower(record_name) as has_legal_form,
    stated_credit_code,
    is_valid_credit_code,
    -- A wrong check character is a slip of the pen, unless two systems have the code letter by letter.
    case when is_valid_credit_code or source_count > 1 then stated_credit_code end as unified_social_credit_code,
    {{ number_key("company_code", "erp_customer_code") }} as number_key,
    industry_code,
    load_id,
    line_number
from checked
