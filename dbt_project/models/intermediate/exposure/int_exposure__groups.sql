-- Exposure of all customers under one actual controller against the sum of their limits.
-- Grain: one row per as_of_date and group_id.
select
    exposures.as_of_date,
    grouped.group_id,
    min(grouped.group_name) as group_name,
    min(grouped.group_rule) as group_rule,
    count(*) as customer_count,
    case when count(exposures.exposure_base_amount) = count(*) then sum(exposures.exposure_base_amount) end as exposure_base_amount,
    sum(exposures.credit_limit_amount) as credit_limit_amount,
    max(exposures.exposure_base_amount) as largest_exposure_base_amount
from {{ ref("int_exposure__customers") }} as exposures
inner join {{ ref("int_customers__grouped") }} as grouped
    on exposures.as_of_date = grouped.as_of_date and exposures.customer_id = grouped.customer_id
group by exposures.as_of_date, grouped.group_id
