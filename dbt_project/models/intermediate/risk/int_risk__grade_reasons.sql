-- The factors that cost each customer the most points of its score, heaviest first, as reason codes.
-- Grain: one row per as_of_date and customer_id with points lost.
with lost as (
    select
        factors.as_of_date,
        factors.customer_id,
        factors.factor_code,
        parameters.reason_count,
        row_number() over (
            partition by factors.as_of_date, factors.customer_id order by factors.weight_pct - factors.contribution desc, factors.factor_code
        ) as reason_order
    from {{ ref("int_risk__factors_scored") }} as factors
    inner join {{ ref("int_measures__parameters") }} as parameters on factors.as_of_date = parameters.as_of_date
    -- A factor with all its points takes nothing away, whatever rounding leaves between its weight and what it adds.
    where factors.is_champion and factors.points < 100 and factors.weight_pct > factors.contribution
)

select
    as_of_date,
    customer_id,
    {{ dbt.listagg("factor_code", "', '", "order by reason_order") }} as reason_codes
from lost
where reason_order <= reason_count
group by as_of_date, customer_id
