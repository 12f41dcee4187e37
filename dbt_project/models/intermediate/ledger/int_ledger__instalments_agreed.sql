-- Parts of debts that fall due by a term of payment, by what it said on the document's date.
-- Grain: one row per company, document and instalment.
with counted as (
    select
        applied.company_code, applied.document_no, applied.document_date, terms.part_no, terms.due_day, terms.discount_days, terms.discount_pct,
        terms.load_id, terms.line_number,
        {{ percent_of("applied.amount", "terms.through_pct") }} as through_amount,
        cast({{ dbt.dateadd("day", "terms.days_after", add_months(
            "case terms.counted_from when 'month_end' then " ~ month_end("applied.document_date") ~ " else applied.document_date end",
            "terms.months_after"
        )) }} as date) as day_reached
    from {{ ref("int_ledger__terms_applied") }} as applied
    inner join {{ ref("int_ledger__terms_dated") }} as terms
        on applied.company_code = terms.company_code
        and applied.payment_terms_code = terms.payment_terms_code
        and applied.valid_from = terms.valid_from
),

parted as (
    select
        *,
        cast(
            through_amount - coalesce(lag(through_amount) over (partition by company_code, document_no order by part_no), 0) as decimal(18, 2)
        ) as instalment_amount
    from counted
)

select
    company_code,
    document_no,
    part_no as instalment_no,
    case
        when due_day is null then day_reached
        else least(
            cast({{ dbt.dateadd("day", "due_day - 1", dbt.date_trunc("month", "day_reached")) }} as date),
            cast({{ month_end("day_reached") }} as date)
        )
    end as due_date,
    instalment_amount,
    cast({{ dbt.dateadd("day", "discount_days", "document_date") }} as date) as discount_until_date,
    {{ percent_of("cast(instalment_amount as decimal(28, 2))", "discount_pct") }} as discount_amount,
    load_id,
    line_number
from parted
