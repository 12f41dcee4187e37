-- What the sender's own metrics name, as they write it, and whom or what it is.
-- Grain: one row per subject and subject_code.
with accounts as (
    select company_code, source_record as customer_code, {{ bare_number("source_record") }} as account_number, customer_id
    from {{ ref("int_identity__matched") }}
    where source_system = 'erp'
),

known as (
    select unified_social_credit_code as subject, customer_id as subject_code
    from {{ ref("int_identity__codes_held") }}
    union
    select company_code || '-' || customer_code, customer_id from accounts
    union
    select company_code as subject, company_code as subject_code
    from {{ ref("stg_erp__companies") }}
    union
    select group_id as subject, group_id as subject_code
    from {{ ref("int_identity__grouped") }}
    where group_rule <> 'alone'
    union
    select salesperson_code as subject, salesperson_code as subject_code
    from {{ ref("int_measures__salespersons") }}
),

unknown as (
    select distinct metrics.subject
    from {{ ref("stg_any__metrics") }} as metrics
    left join known on metrics.subject = known.subject
    where known.subject is null
),

companies as (
    select distinct company_code from accounts
),

numbered as (
    select
        unknown.subject,
        companies.company_code,
        substr(unknown.subject, length(companies.company_code) + 2) as customer_code
    from unknown
    inner join companies
        on substr(unknown.subject, 1, length(companies.company_code) + 1) = companies.company_code || '-'
),

-- As neither master nor ledger writes it: the customer of the number, unless a person said that its ways of writing are different ones.
written_otherwise as (
    select numbered.subject, min(accounts.customer_id) as subject_code
    from numbered
    inner join accounts
        on numbered.company_code = accounts.company_code and {{ bare_number("numbered.customer_code") }} = accounts.account_number
    group by numbered.subject
    having min(accounts.customer_id) = max(accounts.customer_id)
)

select subject, subject_code from known
union all
select subject, subject_code from written_otherwise
