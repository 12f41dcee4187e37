-- How concentrated the exposure is: the share of the largest, and the Herfindahl index (10,000 when one has it all).
-- Grain: one row per as_of_date and level.
with subjects as (
    select as_of_date, 'customer' as level, exposure_base_amount from {{ ref("int_exposure__customers") }}
    union all
    select as_of_date, 'group', exposure_base_amount from {{ ref("int_exposure__groups") }}
),

ranked as (
    select
        *,
        row_number() over (partition by as_of_date, level order by exposure_base_amount desc) as place,
        sum(exposure_base_amount) over (partition by as_of_date, level) as total_amount
    from subjects
    where exposure_base_amount > 0
)

select
    ranked.as_of_date,
    ranked.level,
    cast(count(*) as integer) as subject_count,
    cast(max(ranked.total_amount) as decimal(18, 2)) as exposure_base_amount,
    {{ ratio("100 * sum(case when ranked.place <= exposure.top_count then ranked.exposure_base_amount else 0 end)", "max(ranked.total_amount)") }}
        as top_share_pct,
    cast(sum(power(cast(100 * ranked.exposure_base_amount as double) / cast(ranked.total_amount as double), 2)) as decimal(24, 6)) as herfindahl_index,
    in_force.policy_version
from ranked
inner join {{ ref("int_dates__policies_in_force") }} as in_force
    on ranked.as_of_date = in_force.as_of_date and in_force.policy_area = 'exposure'
inner join {{ ref("policy_exposure") }} as exposure on in_force.policy_version = exposure.policy_version
group by ranked.as_of_date, ranked.level, in_force.policy_version
