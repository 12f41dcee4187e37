-- The group that each customer belongs to on each reporting date: all under one actual controller, by ownership or by registered name.
-- Grain: one row per as_of_date and customer_id.
with entries as (
    select *
    from {{ ref("stg_bureau__registrations") }}
    where coalesce(actual_controller_code, actual_controller_name) is not null
),

-- An entry that names no controller does not end the one who was named before.
publications as (
    {{ publications("entries", ["unified_social_credit_code"]) }}
),

registered as (
    select
        dates.as_of_date,
        held.customer_id,
        publications.actual_controller_name as controller_name,
        -- Two people may have one name: where the bureau gives a code, it tells them apart.
        coalesce(publications.actual_controller_code, publications.actual_controller_name) as controller_code
    from {{ ref("int_dates__reporting") }} as dates
    inner join publications on {{ public_on("dates.as_of_date") }}
    inner join {{ ref("int_identity__codes_held") }} as held
        on publications.unified_social_credit_code = held.unified_social_credit_code and held.is_main
),

holders as (
    select as_of_date, controller_code, min(controller_name) as controller_name, bool_or(is_circle) as is_circle
    from {{ ref("int_customers__controllers") }}
    group by as_of_date, controller_code
)

select
    reported.as_of_date,
    reported.customer_id,
    coalesce(controlled.controller_code, holders.controller_code, registered.controller_code, reported.customer_id) as group_id,
    coalesce(
        controlled.controller_name, holders.controller_name, registered.controller_name, registered.controller_code, customers.customer_name
    ) as group_name,
    case
        when controlled.controller_code is not null and controlled.is_circle then 'ownership_circle'
        when coalesce(controlled.controller_code, holders.controller_code) is not null then 'ownership_links'
        when registered.controller_code is not null then 'registered_controller'
        else 'alone'
    end as group_rule
from {{ ref("int_customers__reported") }} as reported
inner join {{ ref("int_customers__unified") }} as customers on reported.customer_id = customers.customer_id
left join {{ ref("int_customers__controllers") }} as controlled
    on reported.as_of_date = controlled.as_of_date and customers.unified_social_credit_code = controlled.credit_code
left join holders
    on reported.as_of_date = holders.as_of_date and customers.unified_social_credit_code = holders.controller_code
left join registered on {{ same_customer("reported", "registered") }}
