-- Exposure of all customers under one actual controller against the sum of their limits.
-- Grain: one row per as_of_date and group_id.
with members as (
    select
        exposures.*,
        grouped.group_id,
        grouped.group_name,
        grouped.group_rule,
        -- Who is exposed without a limit, or by an unknown amount, would count on one side of the comparison only.
        exposures.credit_limit_amount is null and coalesce(exposures.exposure_base_amount <> 0, true) as lacks_limit
    from {{ ref("int_exposure__customers") }} as exposures
    inner join {{ ref("int_identity__grouped") }} as grouped on {{ same_customer("exposures", "grouped") }}
),

summed as (
    select
        as_of_date,
        group_id,
        min(group_name) as group_name,
        min(group_rule) as group_rule,
        count(*) as customer_count,
        min(lowest_base_currency_code) as lowest_base_currency_code,
        max(highest_base_currency_code) as highest_base_currency_code,
        min(lowest_base_currency_code) <> max(highest_base_currency_code) as has_mixed_base_currencies,
        {{ known_sum("exposure_base_amount") }} as exposure_base_amount,
        case when count(exposure_base_amount) = count(*) then max(exposure_base_amount) end as largest_exposure_base_amount,
        case when not bool_or(lacks_limit) then sum(credit_limit_amount) end as credit_limit_amount,
        count(credit_limit_amount) as limited_customer_count
    from members
    group by as_of_date, group_id
),

unmixed as (
    select
        as_of_date,
        group_id,
        group_name,
        group_rule,
        customer_count,
        lowest_base_currency_code,
        highest_base_currency_code,
        {% for amount in ["exposure_base_amount", "largest_exposure_base_amount", "credit_limit_amount"] %}
        cast(case when has_mixed_base_currencies then null else {{ amount }} end as decimal(18, 2)) as {{ amount }},
        {% endfor %}
        has_mixed_base_currencies,
        limited_customer_count
    from summed
)

select
    *,
    cast({{ greater_of("exposure_base_amount - credit_limit_amount", "0") }} as decimal(18, 2)) as over_limit_amount,
    nullif(concat_ws(
        '; ',
        case
            when has_mixed_base_currencies then 'companies with several base currencies'
            when exposure_base_amount is null then 'the exposure of a member is not known'
        end,
        case
            when limited_customer_count = 0 then 'no limit is set'
            when credit_limit_amount is null and not coalesce(has_mixed_base_currencies, false) then 'a member has no limit set'
        end
    ), '') as note
from unmixed
