-- Credit exposure of each customer, its limit, headroom, and the rules that block shipments.
-- Grain: one row per as_of_date and customer_id.
with blocked as (
    select
        as_of_date,
        customer_id,
        {% for column, status in {"block_rules": "blocks", "not_evaluable_block_rules": "not_evaluable"}.items() %}
        {{ dbt.listagg("case when status_code = '" ~ status ~ "' then block_rule end", "', '", "order by block_rule") }} as {{ column }}{{ "," if not loop.last }}
        {% endfor %}
    from {{ ref("int_exposure__blocks") }}
    group by as_of_date, customer_id
)

select
    exposures.as_of_date,
    exposures.customer_id,
    grouped.group_id,
    exposures.receivable_base_amount,
    exposures.not_billed_base_amount,
    exposures.open_order_base_amount,
    exposures.advance_base_amount,
    exposures.secured_base_amount,
    exposures.exposure_base_amount,
    exposures.credit_limit_amount,
    exposures.limit_source,
    exposures.headroom_amount,
    exposures.limit_use_pct,
    exposures.is_over_limit,
    -- A rule that blocks is enough; without one, a rule that nobody could evaluate leaves it open.
    case when blocked.block_rules is not null then true when blocked.not_evaluable_block_rules is null then false end as is_shipment_blocked,
    blocked.block_rules,
    blocked.not_evaluable_block_rules,
    exposures.note,
    in_force.policy_version
from {{ ref("int_exposure__customers") }} as exposures
inner join {{ ref("int_identity__grouped") }} as grouped on {{ same_customer("exposures", "grouped") }}
{{ join_policy_in_force("exposures", "exposure") }}
left join blocked on {{ same_customer("exposures", "blocked") }}
