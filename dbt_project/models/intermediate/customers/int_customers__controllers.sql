-- The actual controller of each company on each reporting date: up the control links to whoever nobody controls.
-- Grain: one row per as_of_date and credit_code.
--
-- A circle of companies has no such end; it stands under the first of its own codes, as does what hangs below it.
with recursive chain as (
    select as_of_date, owned_credit_code as credit_code, owner_code as controller_code
    from {{ ref("int_customers__control_links") }}
    union
    select chain.as_of_date, chain.credit_code, links.owner_code
    from chain
    inner join {{ ref("int_customers__control_links") }} as links
        on chain.as_of_date = links.as_of_date and chain.controller_code = links.owned_credit_code
),

circles as (
    select as_of_date, credit_code from chain where credit_code = controller_code
),

ends as (
    select
        chain.as_of_date,
        chain.credit_code,
        min(case when links.owned_credit_code is null then chain.controller_code end) as end_code,
        min(case when circles.credit_code is not null then chain.controller_code end) as circle_code
    from chain
    left join {{ ref("int_customers__control_links") }} as links
        on chain.as_of_date = links.as_of_date and chain.controller_code = links.owned_credit_code
    left join circles on chain.as_of_date = circles.as_of_date and chain.controller_code = circles.credit_code
    group by chain.as_of_date, chain.credit_code
),

named as (
    select as_of_date, owner_code, min(owner_name) as owner_name
    from {{ ref("int_customers__control_links") }}
    group by as_of_date, owner_code
)

select
    ends.as_of_date,
    ends.credit_code,
    coalesce(ends.end_code, ends.circle_code) as controller_code,
    named.owner_name as controller_name,
    ends.end_code is null as is_circle
from ends
left join named
    on ends.as_of_date = named.as_of_date and coalesce(ends.end_code, ends.circle_code) = named.owner_code
