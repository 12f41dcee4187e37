-- Roll-forward of receivables from the month-end before each reporting date to that date, by cause.
-- Grain: one row per as_of_date, company_code, customer_id and currency_code.
select
    as_of_date,
    previous_date,
    company_code,
    customer_id,
    currency_code,
    cast(opening_amount as decimal(18, 2)) as opening_amount,
    cast(billed_amount as decimal(18, 2)) as billed_amount,
    -- What reduces the balance is shown as a positive amount that is taken off.
    cast(-received_amount as decimal(18, 2)) as received_amount,
    cast(-credited_amount as decimal(18, 2)) as credited_amount,
    cast(-written_off_amount as decimal(18, 2)) as written_off_amount,
    cast(recovered_amount as decimal(18, 2)) as recovered_amount,
    cast(refunded_amount as decimal(18, 2)) as refunded_amount,
    cast(revalued_amount as decimal(18, 2)) as revalued_amount,
    cast(transferred_amount as decimal(18, 2)) as transferred_amount,
    cast(closing_amount as decimal(18, 2)) as closing_amount,
    cast(rolled_amount - closing_amount as decimal(18, 2)) as difference_amount,
    cast(opening_base_amount as decimal(18, 2)) as opening_base_amount,
    cast(posted_base_amount as decimal(18, 2)) as posted_base_amount,
    cast(transferred_base_amount as decimal(18, 2)) as transferred_base_amount,
    cast(realised_fx_base_amount as decimal(18, 2)) as realised_fx_base_amount,
    cast(
        closing_base_amount - opening_base_amount - posted_base_amount - transferred_base_amount - realised_fx_base_amount
        as decimal(18, 2)
    ) as rounding_base_amount,
    cast(closing_base_amount as decimal(18, 2)) as closing_base_amount,
    cast(unrealised_fx_base_amount as decimal(18, 2)) as unrealised_fx_base_amount
from {{ ref("int_aging__rolled_forward") }}
