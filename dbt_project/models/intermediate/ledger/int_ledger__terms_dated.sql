-- Parts of the terms of payment with the interval in which each holds; a term whose parts do not come to the whole is none.
-- Grain: one row per company_code, payment_terms_code, valid_from and part_no.
with terms as (
    select
        *,
        sum(part_pct) over (partition by company_code, payment_terms_code, valid_from) as total_pct,
        sum(part_pct) over (
            partition by company_code, payment_terms_code, valid_from order by part_no rows between unbounded preceding and current row
        ) as through_pct
    from {{ ref("stg_erp__payment_terms") }}
),

versions as (
    select
        company_code, payment_terms_code, valid_from,
        lead(valid_from) over (partition by company_code, payment_terms_code order by valid_from) as valid_before
    from (select distinct company_code, payment_terms_code, valid_from from terms) as dated
)

select
    terms.company_code,
    terms.payment_terms_code,
    terms.valid_from,
    versions.valid_before,
    terms.part_no,
    terms.through_pct,
    terms.counted_from,
    coalesce(terms.months_after, 0) as months_after,
    coalesce(terms.days_after, 0) as days_after,
    terms.due_day,
    terms.discount_days,
    terms.discount_pct,
    terms.load_id,
    terms.line_number
from terms
inner join versions
    on terms.company_code = versions.company_code
    and terms.payment_terms_code = versions.payment_terms_code
    and terms.valid_from = versions.valid_from
where terms.total_pct = 100
