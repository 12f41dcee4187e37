-- Credit limit and terms in force of each customer: the last approved application, else what the ERP's master says, over its accounts.
-- Grain: one row per as_of_date and customer_id.
--
-- A limit of 0 means no credit; null means that no account has one set.
with approved as (
    select
        dates.as_of_date,
        applications.company_code,
        applications.customer_code,
        max_by(applications.approved_limit_amount, cast(applications.decided_on as varchar) || applications.credit_application_id) as limit_amount,
        max_by(applications.approved_terms_days, cast(applications.decided_on as varchar) || applications.credit_application_id) as terms_days
    from {{ ref("int_dates__reporting") }} as dates
    inner join {{ ref("stg_crm__credit_applications") }} as applications
        on applications.decision = 'approved'
        and applications.decided_on <= dates.as_of_date
        and (applications.valid_until is null or applications.valid_until >= dates.as_of_date)
    group by dates.as_of_date, applications.company_code, applications.customer_code
)

select
    reported.as_of_date,
    reported.customer_id,
    cast(sum(coalesce(approved.limit_amount, customers.credit_limit_amount)) as decimal(18, 2)) as credit_limit_amount,
    min(coalesce(approved.terms_days, customers.payment_terms_days)) as terms_days,
    case
        when count(approved.company_code) = count(*) then 'credit_application'
        when count(approved.company_code) > 0 then 'both'
        when count(customers.credit_limit_amount) > 0 then 'erp_master'
    end as limit_source
from {{ ref("int_customers__reported") }} as reported
inner join {{ ref("int_customers__matched") }} as matched
    on matched.source_system = 'erp' and reported.customer_id = matched.customer_id
left join {{ ref("stg_erp__customers") }} as customers
    on matched.company_code = customers.company_code and matched.source_record = customers.customer_code
left join approved
    on reported.as_of_date = approved.as_of_date
    and matched.company_code = approved.company_code
    and matched.source_record = approved.customer_code
group by reported.as_of_date, reported.customer_id
