-- Credit limit and terms in force of each customer: the last approved application, else what the ERP's master says, over its accounts.
-- Grain: one row per as_of_date and customer_id.
--
-- A limit of 0 means no credit; null means that an account that was used by then has none set: what it may owe is not known.
with approved as (
    select
        dates.as_of_date,
        accounts.company_code,
        accounts.account_number,
        accounts.customer_id,
        max_by(applications.approved_limit_amount, cast(applications.decided_on as varchar) || applications.credit_application_id) as limit_amount,
        max_by(applications.approved_terms_days, cast(applications.decided_on as varchar) || applications.credit_application_id) as terms_days
    from {{ ref("int_dates__reporting") }} as dates
    inner join {{ ref("stg_crm__credit_applications") }} as applications
        on applications.decision = 'approved'
        and applications.decided_on <= dates.as_of_date
        and (applications.valid_until is null or applications.valid_until >= dates.as_of_date)
    inner join {{ ref("int_identity__accounts_named") }} as accounts
        on applications.company_code = accounts.company_code and applications.customer_code = accounts.customer_code
    group by dates.as_of_date, accounts.company_code, accounts.account_number, accounts.customer_id
),

used as (
    select company_code, customer_code, min(used_on) as first_used_on
    from (
        select company_code, customer_code, min(accounting_date) as used_on from {{ ref("stg_erp__documents") }} group by company_code, customer_code
        union all
        select company_code, customer_code, min(order_date) from {{ ref("stg_erp__orders") }} group by company_code, customer_code
    ) as uses
    group by company_code, customer_code
),

-- A number is one account, however it is padded; of two rows of the master for it the lower limit holds.
mastered as (
    select
        accounts.company_code,
        accounts.account_number,
        accounts.customer_id,
        min(used.first_used_on) as first_used_on,
        min(customers.credit_limit_amount) as limit_amount,
        min(customers.payment_terms_days) as terms_days
    from {{ ref("int_identity__accounts_named") }} as accounts
    left join {{ ref("stg_erp__customers") }} as customers
        on accounts.company_code = customers.company_code and accounts.customer_code = customers.customer_code
    left join used on accounts.company_code = used.company_code and accounts.customer_code = used.customer_code
    group by accounts.company_code, accounts.account_number, accounts.customer_id
),

accounts as (
    select
        reported.as_of_date,
        reported.customer_id,
        coalesce(approved.limit_amount, mastered.limit_amount) as credit_limit_amount,
        coalesce(approved.terms_days, mastered.terms_days) as terms_days,
        case
            when approved.limit_amount is not null then 'credit_application'
            when mastered.limit_amount is not null then 'erp_master'
        end as limit_source,
        currencies.base_currency_code,
        coalesce(mastered.first_used_on <= reported.as_of_date, false) as is_used
    from {{ ref("int_customers__reported") }} as reported
    inner join mastered on reported.customer_id = mastered.customer_id
    left join {{ ref("int_currencies__base") }} as currencies on mastered.company_code = currencies.company_code
    left join approved
        on reported.as_of_date = approved.as_of_date
        and mastered.company_code = approved.company_code
        and mastered.account_number = approved.account_number
        and mastered.customer_id = approved.customer_id
),

added as (
    select
        as_of_date,
        customer_id,
        -- Limits of some accounts say nothing of what is owed on all.
        case when count(case when is_used and credit_limit_amount is null then 1 end) = 0 then sum(credit_limit_amount) end as credit_limit_amount,
        -- Limits of companies with several base currencies are never added up.
        count(distinct case when credit_limit_amount is not null then base_currency_code end) > 1 as has_mixed_base_currencies,
        min(terms_days) as terms_days,
        min(limit_source) as lowest_limit_source,
        max(limit_source) as highest_limit_source,
        case
            when count(credit_limit_amount) = 0 then 'no limit is set'
            when count(case when is_used and credit_limit_amount is null then 1 end) > 0 then 'an account has no limit set'
        end as note
    from accounts
    group by as_of_date, customer_id
)

select
    as_of_date,
    customer_id,
    cast(case when not has_mixed_base_currencies then credit_limit_amount end as decimal(18, 2)) as credit_limit_amount,
    terms_days,
    -- No limit comes from nowhere.
    case
        when credit_limit_amount is null or has_mixed_base_currencies then null
        when lowest_limit_source < highest_limit_source then 'both'
        else lowest_limit_source
    end as limit_source,
    case when credit_limit_amount is not null and has_mixed_base_currencies then 'limits in several base currencies' else note end as note
from added
