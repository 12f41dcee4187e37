-- How concentrated the exposure is: the share of the largest, and the Herfindahl index (10,000 when one has it all).
-- Grain: one row per as_of_date and level.
with subjects as (
    {% for level in ["customer", "group"] %}
    select as_of_date, '{{ level }}' as level, exposure_base_amount, lowest_base_currency_code, highest_base_currency_code
    from {{ ref("int_exposure__" ~ level ~ "s") }}
    {{ "union all" if not loop.last }}
    {% endfor %}
),

ranked as (
    select
        *,
        row_number() over (partition by as_of_date, level order by exposure_base_amount desc nulls last) as place,
        sum(exposure_base_amount) over (partition by as_of_date, level) as total_amount
    from subjects
    where exposure_base_amount > 0 or exposure_base_amount is null
),

summed as (
    select
        ranked.as_of_date,
        ranked.level,
        count(*) as subject_count,
        count(*) - count(ranked.exposure_base_amount) as unknown_count,
        min(ranked.lowest_base_currency_code) <> max(ranked.highest_base_currency_code) as has_mixed_base_currencies,
        cast(max(ranked.total_amount) as decimal(18, 2)) as exposure_base_amount,
        {{ ratio("100 * sum(case when ranked.place <= exposure.top_count then ranked.exposure_base_amount else 0 end)", "max(ranked.total_amount)") }}
            as top_share_pct,
        cast(sum(power(cast(100 * ranked.exposure_base_amount as double) / cast(ranked.total_amount as double), 2)) as decimal(24, 6))
            as herfindahl_index,
        in_force.policy_version
    from ranked
    {{ join_policy_in_force("ranked", "exposure") }}
    inner join {{ ref("policy_exposure") }} as exposure on in_force.policy_version = exposure.policy_version
    group by ranked.as_of_date, ranked.level, in_force.policy_version
)

-- Shares of a total that leaves somebody out, or adds up several currencies, are none.
select
    as_of_date,
    level,
    cast(subject_count as integer) as subject_count,
    {% for figure in ["exposure_base_amount", "top_share_pct", "herfindahl_index"] %}
    case when unknown_count = 0 and not coalesce(has_mixed_base_currencies, false) then {{ figure }} end as {{ figure }},
    {% endfor %}
    case
        when unknown_count > 0 then 'exposures that are not known: ' || cast(unknown_count as varchar)
        when has_mixed_base_currencies then 'companies with several base currencies'
    end as note,
    policy_version
from summed
