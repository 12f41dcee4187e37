-- What applications move between customers and currencies: one side's debt or credit goes, and so does the other's.
-- Grain: one row per company_code, customer_id, currency_code and effective_date.
--
-- In base currency both sides are what the credit document stood at; the difference to the debit document is realised.
with sides as (
    {% for side, sign in [("debit", "-"), ("credit", "")] %}
    select
        applications.company_code,
        documents.customer_id,
        documents.currency_code,
        applications.effective_date,
        {{ sign }}applications.{{ "applied_amount" if side == "debit" else "credit_applied_amount" }} as amount,
        {{ sign }}{{ base_amount("applications.credit_applied_amount", "credits.fx_rate") }} as base_amount
    from {{ ref("int_ledger__applications_dated") }} as applications
    inner join {{ ref("int_ledger__documents_valued") }} as documents
        on applications.company_code = documents.company_code and applications.{{ side }}_document_no = documents.document_no
    inner join {{ ref("int_ledger__documents_valued") }} as credits
        on applications.company_code = credits.company_code and applications.credit_document_no = credits.document_no
    where applications.is_transfer
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    company_code,
    customer_id,
    currency_code,
    effective_date,
    cast(sum(amount) as decimal(18, 2)) as transferred_amount,
    -- A sum that lacks one rate would be wrong without saying so.
    case when count(base_amount) = count(*) then cast(sum(base_amount) as decimal(18, 2)) end as transferred_base_amount
from sides
group by company_code, customer_id, currency_code, effective_date
