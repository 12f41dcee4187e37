-- Aging as BI tools like it: a column for each bucket of the policies in force on the reporting dates, built from policy.
-- Grain: one row per as_of_date, company_code, customer_id and currency_code.
{{ config(contract={"enforced": false}) }}
{% set buckets = wide_bucket_codes(ref("policy_aging_buckets"), ref("int_dates__receivables_policies"), ref("int_dates__reporting")) %}
select
    as_of_date,
    company_code,
    customer_id,
    currency_code,
    {% for code in buckets %}
    cast(sum(case when bucket_code = '{{ code | replace("'", "''") }}' then outstanding_amount else 0 end) as decimal(18, 2))
        as {{ adapter.quote(code) }},
    {% endfor %}
    cast(sum(case when is_in_total then outstanding_amount else 0 end) as decimal(18, 2)) as total_amount,
    cast(sum(outstanding_amount) as decimal(18, 2)) as outstanding_amount,
    policy_version
from {{ ref("fct_aging") }}
group by as_of_date, company_code, customer_id, currency_code, policy_version
