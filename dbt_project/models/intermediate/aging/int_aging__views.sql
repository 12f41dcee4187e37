-- Amounts of each customer by bucket in the four views of unapplied credit, side by side.
-- Grain: one row per as_of_date, company_code, customer_id, currency_code and bucket_code.
{{ config(materialized="view") }}
with items as (
    select * from {{ ref("int_aging__items_aged") }} where is_reporting_date
)

select *
from (
    {{ unapplied_views("items", ["as_of_date", "policy_version", "company_code", "customer_id", "currency_code"]) }}
) as viewed
