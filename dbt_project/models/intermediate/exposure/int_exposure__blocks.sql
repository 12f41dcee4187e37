-- Rules that block shipments to a customer, and those of which nobody can say whether they do.
-- Grain: one row per as_of_date, customer_id and block_rule that is not clear.
with evaluated as (
    select
        measured.as_of_date,
        measured.customer_id,
        blocks.block_rule,
        blocks.policy_version,
        -- By grade or by measure, as the rule says; of who has no grade, or lacks the measure, the answer is not known.
        case when blocks.grade_code is null then false when graded.grade_code = 'ungraded' then null else graded.grade_code = blocks.grade_code end
        or case
            when blocks.measure_code is null then false
            else {{ meets_rule(
                "coalesce(" ~ measure_value("blocks.measure_code", "measured") ~ ", metrics.measured_value)", "blocks.comparison",
                "blocks.threshold_value"
            ) }}
        end as is_met
    from {{ ref("int_dates__policies_in_force") }} as in_force
    inner join {{ ref("policy_shipment_blocks") }} as blocks on in_force.policy_version = blocks.policy_version
    inner join {{ ref("int_customers__measured") }} as measured on in_force.as_of_date = measured.as_of_date
    inner join {{ ref("int_risk__customers_graded") }} as graded on {{ same_customer("measured", "graded") }}
    {{ left_join_metrics("measured", "blocks") }}
    where in_force.policy_area = 'exposure'
)

select
    as_of_date,
    customer_id,
    block_rule,
    case when is_met then 'blocks' else 'not_evaluable' end as status_code,
    policy_version
from evaluated
where is_met or is_met is null
