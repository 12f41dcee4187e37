-- Overdue instalments with their dunning level: what their stage asks for, at most one level more than at the run before.
-- Grain: one row per as_of_date, company_code, document_no and instalment_no.
--
-- Each reporting date is a run. A run in which the item is blocked (disputed, or within a promise) gives no level.
with items as (
    select
        items.as_of_date,
        items.company_code,
        items.document_no,
        items.instalment_no,
        items.customer_id,
        items.currency_code,
        items.due_date,
        items.days_overdue,
        items.outstanding_amount,
        items.outstanding_base_amount,
        stages.stage_code,
        stages.dunning_level as asked_level,
        stages.policy_version
    from {{ ref("int_receivables__open_items") }} as items
    inner join {{ ref("int_dates__policies_in_force") }} as in_force
        on items.as_of_date = in_force.as_of_date and in_force.policy_area = 'collection'
    inner join {{ ref("policy_collection_stages") }} as stages
        on in_force.policy_version = stages.policy_version
        and (stages.from_days is null or items.days_overdue >= stages.from_days)
        and (stages.to_days is null or items.days_overdue <= stages.to_days)
    where items.is_reporting_date and items.outstanding_amount > 0 and stages.dunning_level > 0
),

disputed as (
    select claims.as_of_date, claims.company_code, claims.document_no, claims.instalment_no
    from {{ ref("int_receivables__items_claimed") }} as claims
    where claims.claim_type = 'disputed' and claims.claimed_amount > 0
),

blocked as (
    select
        items.*,
        case when disputed.document_no is not null then 'disputed' when promised.document_no is not null then 'promised' end as block_reason,
        case when disputed.document_no is null then promised.promised_date end as blocked_until
    from items
    left join disputed
        on items.as_of_date = disputed.as_of_date
        and items.company_code = disputed.company_code
        and items.document_no = disputed.document_no
        and items.instalment_no = disputed.instalment_no
    left join {{ ref("int_collection__promises_running") }} as promised
        on items.as_of_date = promised.as_of_date
        and items.company_code = promised.company_code
        and items.document_no = promised.document_no
)

select
    *,
    case
        when block_reason is null
            then least(asked_level, count(case when block_reason is null then 1 end) over (
                partition by company_code, document_no, instalment_no order by as_of_date rows between unbounded preceding and current row
            ))
    end as dunning_level
from blocked
