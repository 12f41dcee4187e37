-- Credit exposure of each customer against its limit: receivables, delivered not billed and open orders, less advances and security.
-- Grain: one row per as_of_date and customer_id.
{% set parts = {
    "receivable_base_amount": "receivables", "not_billed_base_amount": "ordered", "open_order_base_amount": "ordered",
    "advance_base_amount": "receivables", "secured_base_amount": "receivables",
} %}
with ordered as (
    select
        as_of_date,
        customer_id,
        min(base_currency_code) as lowest_base_currency_code,
        max(base_currency_code) as highest_base_currency_code,
        {{ known_sum("not_billed_base_amount") }} as not_billed_base_amount,
        {{ known_sum("open_order_base_amount") }} as open_order_base_amount
    from {{ ref("int_exposure__order_states") }}
    group by as_of_date, customer_id
),

added as (
    select
        reported.as_of_date,
        reported.customer_id,
        -- Here a null is no currency, and passed over.
        least(receivables.lowest_base_currency_code, ordered.lowest_base_currency_code) as lowest_base_currency_code,
        greatest(receivables.highest_base_currency_code, ordered.highest_base_currency_code) as highest_base_currency_code,
        -- Who owes nothing, or has nothing on order, is known to stand at 0.
        {% for part, source in parts.items() %}
        case when {{ source }}.customer_id is null then 0 else {{ source }}.{{ part }} end as {{ part }},
        {% endfor %}
        limits.credit_limit_amount,
        limits.limit_source,
        limits.note as limit_note
    from {{ ref("int_customers__reported") }} as reported
    left join {{ ref("int_exposure__receivables") }} as receivables on {{ same_customer("reported", "receivables") }}
    left join ordered on {{ same_customer("reported", "ordered") }}
    left join {{ ref("int_exposure__limits") }} as limits on {{ same_customer("reported", "limits") }}
),

-- Amounts of several base currencies are never added up.
unmixed as (
    select
        as_of_date,
        customer_id,
        lowest_base_currency_code,
        highest_base_currency_code,
        lowest_base_currency_code <> highest_base_currency_code as has_mixed_base_currencies,
        {% for part in parts %}
        cast(case when lowest_base_currency_code <> highest_base_currency_code then null else {{ part }} end as decimal(18, 2)) as {{ part }},
        {% endfor %}
        credit_limit_amount,
        limit_source,
        limit_note
    from added
),

exposed as (
    select
        *,
        cast(
            receivable_base_amount + not_billed_base_amount + open_order_base_amount - advance_base_amount - secured_base_amount
            as decimal(18, 2)
        ) as exposure_base_amount
    from unmixed
)

select
    as_of_date,
    customer_id,
    lowest_base_currency_code,
    highest_base_currency_code,
    {% for part in parts %}
    {{ part }},
    {% endfor %}
    exposure_base_amount,
    credit_limit_amount,
    limit_source,
    cast(credit_limit_amount - exposure_base_amount as decimal(18, 2)) as headroom_amount,
    cast({{ greater_of("exposure_base_amount - credit_limit_amount", "0") }} as decimal(18, 2)) as over_limit_amount,
    -- Equality passes: over the limit means strictly more.
    exposure_base_amount > credit_limit_amount as is_over_limit,
    {{ ratio("100 * exposure_base_amount", "credit_limit_amount") }} as limit_use_pct,
    nullif(concat_ws(
        '; ',
        case
            when has_mixed_base_currencies then 'companies with several base currencies'
            when exposure_base_amount is null then 'an exchange rate is missing'
        end,
        limit_note
    ), '') as note
from exposed
