-- What the sender's own metrics name, as they write it, and whom or what it is.
-- Grain: one row per subject and subject_code.
select unified_social_credit_code as subject, customer_id as subject_code
from {{ ref("int_identity__codes_held") }}
union
select company_code || '-' || customer_code, customer_id
from {{ ref("int_identity__accounts_named") }}
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
