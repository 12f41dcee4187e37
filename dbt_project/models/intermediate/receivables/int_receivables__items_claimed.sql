-- What is contested, and what guarantees and collateral cover, of each open item, in document currency.
-- Grain: one row per claim_type, as_of_date, company, document and instalment.
{% set claim_types = ["disputed", "secured"] %}
with claims as (
    select dates.balance_date as as_of_date, claims.*
    from {{ ref("int_receivables__claim_periods") }} as claims
    inner join {{ ref("int_dates__balance_dates") }} as dates
        on dates.balance_date >= claims.valid_from
        and (claims.valid_before is null or dates.balance_date < claims.valid_before)
),

{% for claim_type in claim_types %}
{{ claim_type }}_claims as (
    select * from claims where claim_type = '{{ claim_type }}'
),

{{ claim_type }} as (
    {{ claimed_amounts(ref("int_receivables__open_items"), claim_type ~ "_claims") }}
){{ "," if not loop.last }}

{% endfor %}

{% for claim_type in claim_types %}
select '{{ claim_type }}' as claim_type, as_of_date, company_code, document_no, instalment_no, customer_id, claimed_amount
from {{ claim_type }}
{% if not loop.last %}union all{% endif %}
{% endfor %}
