-- Rules that block shipments to a customer.
-- Grain: one row per as_of_date, customer_id and block_rule.
select
    measured.as_of_date,
    measured.customer_id,
    blocks.block_rule,
    blocks.policy_version
from {{ ref("int_dates__policies_in_force") }} as in_force
inner join {{ ref("policy_shipment_blocks") }} as blocks on in_force.policy_version = blocks.policy_version
inner join {{ ref("int_customers__measured") }} as measured on in_force.as_of_date = measured.as_of_date
inner join {{ ref("int_risk__customers_graded") }} as graded
    on measured.as_of_date = graded.as_of_date and measured.customer_id = graded.customer_id
where
    in_force.policy_area = 'exposure'
    and (
        graded.grade_code = blocks.grade_code
        or {{ meets_rule(measure_value("blocks.measure_code", "measured"), "blocks.comparison", "blocks.threshold_value") }}
    )
