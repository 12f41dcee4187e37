-- What is contested, and what guarantees and collateral cover, of each open item, in document currency.
-- Grain: one row per claim_type, as_of_date, company, document and instalment.
{% set claim_types = ["disputed", "secured"] %}
with claims as (
    select dates.balance_date as as_of_date, claims.*
    from {{ ref("int_aging__claim_periods") }} as claims
    inner join {{ ref("int_dates__balance_dates") }} as dates
        on dates.balance_date >= claims.valid_from
        and (claims.valid_before is null or dates.balance_date < claims.valid_before)
),

-- Few items are claimed; only of their periods the dates are written out.
claimed_documents as (
    select distinct company_code, document_no from claims where document_no is not null
),

claimed_customers as (
    select distinct company_code, customer_id, currency_code from claims where document_no is null
),

claimed_periods as (
    select periods.*
    from {{ ref("int_ledger__balance_periods") }} as periods
    left join claimed_documents
        on periods.company_code = claimed_documents.company_code and periods.document_no = claimed_documents.document_no
    left join claimed_customers
        on periods.company_code = claimed_customers.company_code
        and periods.customer_id = claimed_customers.customer_id
        and periods.currency_code = claimed_customers.currency_code
    where claimed_documents.document_no is not null or claimed_customers.customer_id is not null
),

items as (
    {{ open_items("claimed_periods") }}
),

{% for claim_type in claim_types %}
{{ claim_type }}_claims as (
    select * from claims where claim_type = '{{ claim_type }}'
),

{{ claim_type }} as (
    {{ claimed_amounts("items", claim_type ~ "_claims") }}
){{ "," if not loop.last }}

{% endfor %}

{% for claim_type in claim_types %}
select
    '{{ claim_type }}' as claim_type, as_of_date, company_code, document_no, instalment_no, customer_id, currency_code, bucket_code,
    claimed_amount
from {{ claim_type }}
{% if not loop.last %}union all{% endif %}
{% endfor %}
