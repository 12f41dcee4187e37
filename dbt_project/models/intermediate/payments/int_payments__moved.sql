-- Payments of receipts that were applied on several days, reversed or bounced, with the intervals in which each stands.
-- Grain: one row per receipt_allocation, instalment_allocation, company, document, instalment, receipt, effective_date and valid_from.
--
-- On each day on which a receipt moves, it stands for no more than is left of it: of a document, earliest due first, and of the receipt, first
-- paid first. What it gave back and took again counts from the day on which it first had so much.
-- A receipt that no choice of the aging policy changes stands here once, as `any`; another once for each choice.
{% set receipt = ["receipt_allocation", "instalment_allocation", "company_code", "receipt_no"] %}
{% set payment = receipt + ["document_no", "instalment_no"] %}
{% set carried = ["customer_id", "salesperson_code", "segment_code", "fx_rate", "paid_on"] %}
with choices as (
    select distinct receipt_allocation, instalment_allocation from {{ ref("int_dates__receivables_policies") }}
),

chosen_receipts as (
    select distinct company_code, receipt_no
    from {{ ref("int_payments__receipts_applied") }}
    where receipt_allocation <> 'any' or instalment_allocation <> 'any'
),

applied_as_chosen as (
    select
        coalesce(choices.receipt_allocation, 'any') as receipt_allocation,
        coalesce(choices.instalment_allocation, 'any') as instalment_allocation,
        applied.company_code, applied.receipt_no, applied.document_no, applied.instalment_no, applied.document_type,
        applied.{{ carried | join(", applied.") }}, applied.due_date, applied.effective_date, applied.settled_amount
    from {{ ref("int_payments__receipts_applied") }} as applied
    inner join {{ ref("int_payments__receipts_moved") }} as moved
        on applied.company_code = moved.company_code and applied.receipt_no = moved.receipt_no
    left join chosen_receipts
        on applied.company_code = chosen_receipts.company_code and applied.receipt_no = chosen_receipts.receipt_no
    left join choices on chosen_receipts.receipt_no is not null and {{ is_chosen_by("choices", "applied") }}
),

bounced_debts as (
    select bounced.company_code, bounced.debit_document_no, min(applied.due_date) as due_date
    from {{ ref("int_payments__receipts_bounced") }} as bounced
    inner join {{ ref("int_payments__receipts_applied") }} as applied
        on bounced.company_code = applied.company_code
        and bounced.receipt_no = applied.receipt_no
        and bounced.debit_document_no <> applied.document_no
    where bounced.is_named and applied.document_type in ('invoice', 'debit_note') and applied.effective_date < bounced.bounced_on
    group by bounced.company_code, bounced.debit_document_no
),

applied as (
    select
        applied.{{ (payment + carried) | join(", applied.") }}, applied.effective_date, applied.settled_amount,
        -- What is paid again is late from the day on which it was due at first.
        coalesce(bounced_debts.due_date, applied.due_date) as due_date
    from applied_as_chosen as applied
    left join {{ ref("int_payments__receipts_bounced") }} as own
        on applied.company_code = own.company_code
        and applied.receipt_no = own.receipt_no
        and applied.document_no = own.debit_document_no
    left join bounced_debts
        on applied.company_code = bounced_debts.company_code and applied.document_no = bounced_debts.debit_document_no
    where own.receipt_no is null and (applied.document_type in ('invoice', 'debit_note') or bounced_debts.due_date is not null)
),

paid as (
    select {{ (payment + carried) | join(", ") }}, due_date, min(effective_date) as first_date
    from applied
    group by {{ (payment + carried) | join(", ") }}, due_date
),

-- Day by day, how much a receipt that bounced has left; null where nothing names it.
bounced_daily as (
    select company_code, receipt_no, bounced_on as day, sum(bounced_amount) as bounced_amount
    from {{ ref("int_payments__receipts_bounced") }}
    where is_named
    group by company_code, receipt_no, bounced_on
),

days as (
    select company_code, receipt_no, effective_date as day from applied
    union
    select company_code, receipt_no, day from bounced_daily
),

days_left as (
    select
        days.company_code, days.receipt_no, days.day,
        -receipts.amount - sum(bounced.bounced_amount) over (
            partition by days.company_code, days.receipt_no order by days.day rows between unbounded preceding and current row
        ) as left_amount
    from days
    inner join {{ ref("int_ledger__documents_valued") }} as receipts
        on days.company_code = receipts.company_code and days.receipt_no = receipts.document_no
    left join bounced_daily as bounced
        on days.company_code = bounced.company_code and days.receipt_no = bounced.receipt_no and days.day = bounced.day
),

running as (
    select
        paid.*, days_left.day, days_left.left_amount,
        sum(coalesce(applied.settled_amount, 0)) over (
            partition by paid.{{ payment | join(", paid.") }} order by days_left.day rows between unbounded preceding and current row
        ) as settled_amount
    from paid
    inner join days_left
        on paid.company_code = days_left.company_code and paid.receipt_no = days_left.receipt_no and paid.first_date <= days_left.day
    left join applied
        on {% for key in payment %}paid.{{ key }} = applied.{{ key }} and {% endfor %}days_left.day = applied.effective_date
),

held as (
    select
        *,
        least(
            greatest(sum(settled_amount) over document - (sum(greatest(settled_amount, 0)) over due_order - greatest(settled_amount, 0)), 0),
            greatest(settled_amount, 0)
        ) as held_amount
    from running
    window
        document as (partition by {{ receipt | join(", ") }}, day, document_no),
        due_order as (
            partition by {{ receipt | join(", ") }}, day, document_no
            order by due_date, instalment_no rows between unbounded preceding and current row
        )
),

standing as (
    select
        *,
        case
            when left_amount is null then held_amount
            else least(greatest(left_amount - (sum(held_amount) over paid_order - held_amount), 0), held_amount)
        end as standing_amount
    from held
    window
        paid_order as (
            partition by {{ receipt | join(", ") }}, day
            order by first_date, document_no, due_date, instalment_no rows between unbounded preceding and current row
        )
),

highest as (
    select
        *,
        lead(day) over payment as next_day,
        max(standing_amount) over (payment rows between unbounded preceding and current row) as highest_amount,
        coalesce(max(standing_amount) over (payment rows between unbounded preceding and 1 preceding), 0) as highest_before
    from standing
    window
        payment as (
            partition by {{ payment | join(", ") }} order by day
        )
),

parts as (
    select
        {{ payment | join(", ") }}, day as effective_date, highest_before, highest_amount
    from highest
    where highest_amount > highest_before
)

select
    parts.receipt_allocation,
    parts.instalment_allocation,
    parts.company_code,
    parts.document_no,
    parts.instalment_no,
    parts.receipt_no,
    highest.customer_id,
    highest.salesperson_code,
    highest.segment_code,
    highest.paid_on,
    parts.effective_date,
    highest.day as valid_from,
    highest.next_day as valid_before,
    highest.due_date,
    parts.highest_before = 0 as is_first_part,
    cast(least(highest.standing_amount, parts.highest_amount) - parts.highest_before as decimal(18, 2)) as paid_amount,
    -- The parts of a payment come to what it is in all.
    cast(
        {{ base_amount("least(highest.standing_amount, parts.highest_amount)", "highest.fx_rate") }}
        - {{ base_amount("parts.highest_before", "highest.fx_rate") }} as decimal(18, 2)
    ) as paid_base_amount
from parts
inner join highest
    on {% for key in payment %}parts.{{ key }} = highest.{{ key }} and {% endfor %}parts.effective_date <= highest.day
where highest.standing_amount > parts.highest_before
