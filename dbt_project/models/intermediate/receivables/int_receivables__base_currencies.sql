-- Currency of each company's books.
-- Grain: one row per company_code.
select
    documents.company_code,
    -- Without a companies extract, a ledger in one currency is its own base.
    coalesce(
        max(companies.base_currency_code),
        case when count(distinct documents.currency_code) = 1 then max(documents.currency_code) end
    ) as base_currency_code
from {{ ref("stg_erp__documents") }} as documents
left join {{ ref("stg_erp__companies") }} as companies on documents.company_code = companies.company_code
group by documents.company_code
