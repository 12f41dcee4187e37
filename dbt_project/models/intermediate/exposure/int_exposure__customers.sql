-- Credit exposure of each customer against its limit: receivables, delivered not billed and open orders, less advances and security.
-- Grain: one row per as_of_date and customer_id.
with ordered as (
    select
        as_of_date,
        customer_id,
        count(*) = count(open_order_base_amount) as has_all_rates,
        min(base_currency_code) as lowest_base_currency_code,
        max(base_currency_code) as highest_base_currency_code,
        sum(not_billed_base_amount) as not_billed_base_amount,
        sum(open_order_base_amount) as open_order_base_amount
    from {{ ref("int_exposure__order_states") }}
    group by as_of_date, customer_id
),

added as (
    select
        reported.as_of_date,
        reported.customer_id,
        coalesce(receivables.has_all_rates, true) and coalesce(ordered.has_all_rates, true) as has_all_rates,
        coalesce(
            least(receivables.lowest_base_currency_code, ordered.lowest_base_currency_code)
            <> greatest(receivables.highest_base_currency_code, ordered.highest_base_currency_code),
            false
        ) as has_mixed_base_currencies,
        coalesce(receivables.receivable_base_amount, 0) as receivable_base_amount,
        coalesce(receivables.advance_base_amount, 0) as advance_base_amount,
        coalesce(receivables.secured_base_amount, 0) as secured_base_amount,
        coalesce(ordered.not_billed_base_amount, 0) as not_billed_base_amount,
        coalesce(ordered.open_order_base_amount, 0) as open_order_base_amount,
        limits.credit_limit_amount,
        limits.limit_source
    from {{ ref("int_customers__reported") }} as reported
    left join {{ ref("int_exposure__receivables") }} as receivables
        on reported.as_of_date = receivables.as_of_date and reported.customer_id = receivables.customer_id
    left join ordered on reported.as_of_date = ordered.as_of_date and reported.customer_id = ordered.customer_id
    left join {{ ref("int_exposure__limits") }} as limits
        on reported.as_of_date = limits.as_of_date and reported.customer_id = limits.customer_id
),

exposed as (
    select
        *,
        -- Amounts of several base currencies, or without a rate, are never added up.
        case
            when has_all_rates and not has_mixed_base_currencies
                then cast(
                    receivable_base_amount + not_billed_base_amount + open_order_base_amount - advance_base_amount - secured_base_amount
                    as decimal(18, 2)
                )
        end as exposure_base_amount
    from added
)

select
    as_of_date,
    customer_id,
    cast(receivable_base_amount as decimal(18, 2)) as receivable_base_amount,
    cast(not_billed_base_amount as decimal(18, 2)) as not_billed_base_amount,
    cast(open_order_base_amount as decimal(18, 2)) as open_order_base_amount,
    cast(advance_base_amount as decimal(18, 2)) as advance_base_amount,
    cast(secured_base_amount as decimal(18, 2)) as secured_base_amount,
    exposure_base_amount,
    credit_limit_amount,
    limit_source,
    cast(credit_limit_amount - exposure_base_amount as decimal(18, 2)) as headroom_amount,
    cast(greatest(exposure_base_amount - credit_limit_amount, 0) as decimal(18, 2)) as over_limit_amount,
    -- Equality passes: over the limit means strictly more.
    exposure_base_amount > credit_limit_amount as is_over_limit,
    {{ ratio("100 * exposure_base_amount", "credit_limit_amount") }} as limit_use_pct,
    case
        when not has_all_rates then 'an exchange rate is missing'
        when has_mixed_base_currencies then 'companies with several base currencies'
        when credit_limit_amount is null then 'no limit is set'
    end as note
from exposed
