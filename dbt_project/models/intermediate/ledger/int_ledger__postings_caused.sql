-- What was posted between each reporting date and the month-end before it, by cause, and what applications moved to or from others.
-- Grain: one row per as_of_date, company_code, customer_id and currency_code.
{% set causes = {
    "billed": ["invoice", "debit_note"], "received": ["receipt", "advance"], "credited": ["credit_note"], "written_off": ["write_off"],
    "recovered": ["recovery"], "refunded": ["refund"], "revalued": ["fx_revaluation"]
} %}
with daily as (
    select
        accounting_date,
        company_code,
        customer_id,
        currency_code,
        document_type,
        sum(amount) as amount,
        case when count(fx_rate) = count(*) then sum({{ base_amount("amount", "fx_rate") }}) end as base_amount
    from {{ ref("int_ledger__documents_valued") }}
    group by accounting_date, company_code, customer_id, currency_code, document_type
    union all
    select effective_date, company_code, customer_id, currency_code, null, transferred_amount, transferred_base_amount
    from {{ ref("int_ledger__transfers") }}
)

select
    dates.as_of_date,
    daily.company_code,
    daily.customer_id,
    daily.currency_code,
    {% for cause, types in causes.items() %}
    sum(case when daily.document_type in ('{{ types | join("', '") }}') then daily.amount else 0 end) as {{ cause }}_amount,
    {% endfor %}
    sum(case when daily.document_type is null then daily.amount else 0 end) as transferred_amount,
    case
        when count(daily.base_amount) = count(*) then sum(case when daily.document_type is null then 0 else daily.base_amount end)
    end as posted_base_amount,
    case
        when count(daily.base_amount) = count(*) then sum(case when daily.document_type is null then daily.base_amount else 0 end)
    end as transferred_base_amount
from daily
inner join {{ ref("int_dates__reporting") }} as dates
    on daily.accounting_date > dates.previous_date and daily.accounting_date <= dates.as_of_date
group by dates.as_of_date, daily.company_code, daily.customer_id, daily.currency_code
