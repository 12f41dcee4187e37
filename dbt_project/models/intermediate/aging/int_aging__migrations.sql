-- What became of each open item between an observed date and the month-end before it: its opening and closing amount and bucket.
-- Grain: one row per as_of_date, company, document and instalment open on either day.
with items as (
    select
        as_of_date, company_code, document_no, instalment_no, customer_id, currency_code, fx_rate, outstanding_amount,
        outstanding_base_amount,
        -- Debts and credits migrate apart, in whatever view they are shown.
        case when outstanding_amount < 0 and bucket_code <> 'fx_difference' then 'unapplied' else age_bucket_code end as bucket_code
    from {{ ref("int_aging__items_observed") }}
),

openings as (
    select dates.as_of_date as closing_date, items.*
    from items
    inner join {{ ref("int_dates__observed") }} as dates on items.as_of_date = dates.previous_date
),

closings as (
    select items.*
    from items
    inner join {{ ref("int_dates__observed") }} as dates on items.as_of_date = dates.as_of_date and dates.previous_date is not null
),

paired as (
    select
        coalesce(closings.as_of_date, openings.closing_date) as as_of_date,
        coalesce(closings.company_code, openings.company_code) as company_code,
        coalesce(closings.document_no, openings.document_no) as document_no,
        coalesce(closings.instalment_no, openings.instalment_no) as instalment_no,
        coalesce(closings.customer_id, openings.customer_id) as customer_id,
        coalesce(closings.currency_code, openings.currency_code) as currency_code,
        coalesce(closings.fx_rate, openings.fx_rate) as fx_rate,
        openings.bucket_code as opening_bucket_code,
        closings.bucket_code as closing_bucket_code,
        coalesce(openings.outstanding_amount, 0) as opening_amount,
        coalesce(closings.outstanding_amount, 0) as closing_amount,
        case when openings.closing_date is null then 0 else openings.outstanding_base_amount end as opening_base_amount,
        case when closings.as_of_date is null then 0 else closings.outstanding_base_amount end as closing_base_amount
    from closings
    full outer join openings
        on closings.as_of_date = openings.closing_date
        and closings.company_code = openings.company_code
        and closings.document_no = openings.document_no
        and closings.instalment_no = openings.instalment_no
)

select
    paired.*,
    coalesce(written_off.written_off_amount, 0) as written_off_amount
from paired
left join {{ ref("int_aging__written_off_items") }} as written_off
    on paired.as_of_date = written_off.as_of_date
    and paired.company_code = written_off.company_code
    and paired.document_no = written_off.document_no
    and paired.instalment_no = written_off.instalment_no
