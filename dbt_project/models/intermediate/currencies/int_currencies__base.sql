-- Currency of each company's books.
-- Grain: one row per company_code.
with used as (
    select company_code, currency_code, true as is_posted from {{ ref("stg_erp__documents") }}
    union
    select company_code, currency_code, false from {{ ref("stg_erp__orders") }}
)

select
    used.company_code,
    -- Without a companies extract, a ledger in one currency is its own base; so are orders where nothing is posted yet.
    coalesce(
        max(companies.base_currency_code),
        case
            when count(distinct case when used.is_posted then used.currency_code end) = 1 then max(case when used.is_posted then used.currency_code end)
            when count(distinct used.currency_code) = 1 then max(used.currency_code)
        end
    ) as base_currency_code
from used
left join {{ ref("stg_erp__companies") }} as companies on used.company_code = companies.company_code
group by used.company_code
