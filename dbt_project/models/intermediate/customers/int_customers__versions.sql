-- Versions of each customer's attributes: the main ERP account's and the register's, each from the day that it holds.
-- Grain: one row per customer_id and valid_from.
with accounts as (
    select
        matched.customer_id,
        versions.*,
        lead(versions.valid_from) over (
            partition by matched.customer_id, matched.record_key order by versions.load_id
        ) as valid_before
    from {{ ref("stg_erp__customer_versions") }} as versions
    inner join {{ ref("int_identity__matched") }} as matched
        on matched.source_system = 'erp'
        and versions.company_code = matched.company_code
        and versions.customer_code = matched.source_record
    inner join {{ ref("int_customers__unified") }} as customers
        on matched.customer_id = customers.customer_id and matched.record_key = customers.main_record_key
),

registrations as (
    select
        held.customer_id,
        registered.registered_name,
        registered.legal_representative_name,
        registered.actual_controller_name,
        registered.registration_status,
        registered.published_on as valid_from,
        lead(registered.published_on) over (partition by held.customer_id order by registered.published_on) as valid_before
    from {{ ref("stg_bureau__registrations") }} as registered
    inner join {{ ref("int_identity__codes_held") }} as held
        on registered.unified_social_credit_code = held.unified_social_credit_code and held.is_main
    where registered.published_on <= {{ as_of_date() }}
),

changes as (
    select customer_id, valid_from from accounts
    union
    select registrations.customer_id, registrations.valid_from
    from registrations
    inner join {{ ref("int_customers__unified") }} as customers on registrations.customer_id = customers.customer_id
),

dated as (
    select
        customer_id,
        coalesce(valid_from, {{ beginning_of_time() }}) as valid_from
    from changes
)

select
    dated.customer_id,
    dated.valid_from,
    lead(dated.valid_from) over (partition by dated.customer_id order by dated.valid_from) as valid_before,
    accounts.customer_name,
    accounts.segment_code,
    accounts.industry_code,
    accounts.country_code,
    accounts.salesperson_code,
    accounts.payment_terms_days,
    accounts.credit_limit_amount,
    accounts.load_id,
    accounts.line_number,
    registrations.registered_name,
    registrations.legal_representative_name,
    registrations.actual_controller_name,
    registrations.registration_status
from (select distinct customer_id, valid_from from dated) as dated
left join accounts
    on dated.customer_id = accounts.customer_id
    and dated.valid_from >= coalesce(accounts.valid_from, {{ beginning_of_time() }})
    and dated.valid_from < coalesce(accounts.valid_before, {{ end_of_time() }})
left join registrations
    on dated.customer_id = registrations.customer_id
    and dated.valid_from >= registrations.valid_from
    and dated.valid_from < coalesce(registrations.valid_before, {{ end_of_time() }})
where dated.valid_from <= {{ as_of_date() }}
