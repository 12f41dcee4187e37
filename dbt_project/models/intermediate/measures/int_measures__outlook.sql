-- Latest outlook of each industry that was public on each reporting date.
-- Grain: one row per as_of_date and industry_code.
with publications as (
    select
        *,
        lead(published_on) over (partition by industry_code order by published_on) as superseded_on
    from {{ ref("stg_bureau__industry_outlook") }}
)

select
    dates.as_of_date,
    publications.industry_code,
    publications.outlook_score as industry_outlook_score,
    publications.load_id as outlook_load_id,
    publications.line_number as outlook_line_number
from {{ ref("int_dates__reporting") }} as dates
inner join publications
    on publications.published_on <= dates.as_of_date
    and (publications.superseded_on is null or publications.superseded_on > dates.as_of_date)
