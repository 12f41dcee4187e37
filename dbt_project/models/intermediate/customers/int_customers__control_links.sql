-- Links by which one legal person controls another on each reporting date: more than the policy's share of the equity.
-- Grain: one row per as_of_date and owned_credit_code.
with links as (
    select
        parameters.as_of_date,
        links.owned_credit_code,
        links.owner_code,
        links.owner_name,
        links.share_pct,
        -- Of owners with one share, where a policy's line leaves room for several, the one published last.
        row_number() over (
            partition by parameters.as_of_date, links.owned_credit_code
            order by links.share_pct desc, links.published_on desc, links.link_id
        ) as place
    from {{ ref("int_measures__parameters") }} as parameters
    inner join {{ ref("stg_bureau__ownership_links") }} as links
        on links.published_on <= parameters.as_of_date
        and (links.ended_on is null or links.ended_on > parameters.as_of_date)
        and links.share_pct > parameters.control_share_pct
)

select as_of_date, owned_credit_code, owner_code, owner_name, share_pct
from links
where place = 1
