-- The sender's own metrics as they held and were known on each reporting date.
-- Grain: one row per as_of_date, subject_code and measure_code.
with known as (
    select
        dates.as_of_date,
        subjects.subject_code,
        'metrics.' || metrics.metric as measure_code,
        metrics.value,
        metrics.load_id,
        metrics.line_number,
        row_number() over (
            partition by dates.as_of_date, subjects.subject_code, metrics.metric
            order by metrics.valid_from desc, metrics.known_from desc, metrics.subject
        ) as newest
    from {{ ref("int_dates__reporting") }} as dates
    inner join {{ ref("stg_any__metrics") }} as metrics
        on metrics.valid_from <= dates.as_of_date and metrics.known_from <= dates.as_of_date
    inner join {{ ref("int_measures__subjects") }} as subjects on metrics.subject = subjects.subject
)

select
    as_of_date,
    subject_code,
    measure_code,
    cast(value as decimal(24, 6)) as measured_value,
    load_id,
    line_number
from known
where newest = 1
