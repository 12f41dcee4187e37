-- Latest outlook of each industry that was public on each reporting date.
-- Grain: one row per as_of_date and industry_code.
with publications as (
    {{ publications(ref("stg_bureau__industry_outlook"), ["industry_code"]) }}
)

select
    dates.as_of_date,
    publications.industry_code,
    publications.outlook_score as industry_outlook_score,
    publications.load_id as outlook_load_id,
    publications.line_number as outlook_line_number
from {{ ref("int_dates__reporting") }} as dates
inner join publications
    on {{ public_on("dates.as_of_date") }}
