-- Why and when debts that are due for dunning were kept out of it until the reporting date: disputed, promised, or their customer in credit.
-- Grain: one row per as_of_date, company_code, document_no, instalment_no, block_reason and valid_from.
with items as (
    select items.*, settings.duns_in_credit
    from {{ ref("int_collection__items_open_since") }} as items
    inner join {{ ref("policy_collection") }} as settings on items.policy_version = settings.policy_version
),

blocks as (
    select
        items.as_of_date, items.company_code, items.document_no, items.instalment_no, 'disputed' as block_reason,
        claims.valid_from, claims.valid_before
    from items
    inner join {{ ref("int_aging__claim_periods") }} as claims
        on claims.claim_type = 'disputed'
        and items.company_code = claims.company_code
        and items.document_no = claims.document_no
        and items.instalment_no = coalesce(claims.instalment_no, items.instalment_no)
    {{ left_join_claimed("disputed") }}
    -- A dispute that lasts keeps out only the instalments that it comes to.
    where claims.valid_before <= items.as_of_date or disputed.claimed_amount > 0
    union all
    select
        items.as_of_date, items.company_code, items.document_no, items.instalment_no, 'promised',
        promises.promised_on, cast({{ dbt.dateadd("day", 1, "promises.promised_date") }} as date)
    from items
    inner join {{ ref("stg_crm__promises_to_pay") }} as promises
        on items.company_code = promises.company_code and items.document_no = promises.document_no
    union all
    select
        items.as_of_date, items.company_code, items.document_no, items.instalment_no, 'in_credit', credits.valid_from, credits.valid_before
    from items
    inner join {{ ref("int_collection__credit_periods") }} as credits
        on items.company_code = credits.company_code and items.customer_id = credits.customer_id
    where not items.duns_in_credit
)

select
    as_of_date,
    company_code,
    document_no,
    instalment_no,
    block_reason,
    valid_from,
    case when count(valid_before) = count(*) then max(valid_before) end as valid_before
from blocks
where valid_from <= as_of_date
group by as_of_date, company_code, document_no, instalment_no, block_reason, valid_from
