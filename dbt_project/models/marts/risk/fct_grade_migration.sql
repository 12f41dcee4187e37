-- How customers moved between grades from one reporting date to the next.
-- Grain: one row per as_of_date, from_grade_code and to_grade_code.
with sequenced as (
    select
        as_of_date,
        customer_id,
        grade_code,
        policy_version,
        coalesce(lag(grade_code) over (partition by customer_id order by as_of_date), 'new') as from_grade_code
    from {{ ref("int_risk__customers_graded") }}
)

select
    sequenced.as_of_date,
    sequenced.from_grade_code,
    sequenced.grade_code as to_grade_code,
    cast(count(*) as integer) as customer_count,
    -- Who owes nothing adds nothing, in any currency; amounts of several base currencies are never added up.
    cast(
        case
            when count(balances.level_key) = 0 then 0
            when min(balances.lowest_base_currency_code) = max(balances.highest_base_currency_code)
                then {{ known_sum("case when balances.level_key is null then 0 else balances.owed_base_amount end") }}
        end as decimal(18, 2)
    ) as receivable_base_amount,
    sequenced.policy_version
from sequenced
left join {{ ref("int_aging__balances_grouped") }} as balances
    on balances.level = 'customer'
    and sequenced.as_of_date = balances.balance_date
    and sequenced.customer_id = balances.level_key
group by sequenced.as_of_date, sequenced.from_grade_code, sequenced.grade_code, sequenced.policy_version
