-- What the three sources ever said of customers' numbers, names and credit codes, and since when each is known: what identities rest on.
-- Grain: one row per fact_key.
with said as (
    select
        'erp ' || fact_key as fact_key, 'erp' as source_system, company_code, customer_code as source_record,
        customer_code as erp_customer_code, customer_name as record_name, unified_social_credit_code as stated_credit_code, known_at
    from {{ ref("stg_erp__account_facts") }}
    union all
    select
        'crm ' || fact_key, 'crm', company_code, account_id, erp_customer_code, account_name, unified_social_credit_code, known_at
    from {{ ref("stg_crm__account_facts") }}
    union all
    select
        'bureau ' || fact_key, 'bureau', null, unified_social_credit_code as source_record, null, registered_name, unified_social_credit_code, known_at
    from {{ ref("stg_bureau__registration_facts") }}
),

first_by_system as (
    select stated_credit_code, source_system, min(known_at) as known_at
    from said
    where stated_credit_code is not null
    group by stated_credit_code, source_system
),

systems as (
    select
        stated_credit_code,
        known_at,
        row_number() over (partition by stated_credit_code order by known_at, source_system) as system_order
    from first_by_system
),

seconded as (
    select stated_credit_code, min(known_at) as known_at from systems where system_order > 1 group by stated_credit_code
),

accepted as (
    select
        said.*,
        -- A wrong check character is a slip of the pen, unless and until a second system has the code letter by letter.
        case
            when {{ is_valid_credit_code("said.stated_credit_code") }} then said.known_at
            when seconded.known_at > said.known_at then seconded.known_at
            when seconded.known_at is not null then said.known_at
        end as code_known_at
    from said
    left join seconded on said.stated_credit_code = seconded.stated_credit_code
)

select
    fact_key,
    source_system,
    company_code,
    source_record,
    {{ number_key("company_code", "erp_customer_code") }} as number_key,
    {{ normalised_name("record_name") }} as normalised_name,
    {{ normalised_name("record_name") }} <> lower(record_name) as has_legal_form,
    case when code_known_at is not null then stated_credit_code end as unified_social_credit_code,
    known_at,
    code_known_at
from accepted
