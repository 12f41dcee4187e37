-- Links by which one legal person controls another on each reporting date: more than the policy's share of the equity.
-- Grain: one row per as_of_date and owned_credit_code.
select
    parameters.as_of_date,
    links.owned_credit_code,
    max_by(links.owner_code, links.share_pct) as owner_code,
    max_by(links.owner_name, links.share_pct) as owner_name,
    max(links.share_pct) as share_pct
from {{ ref("int_measures__parameters") }} as parameters
inner join {{ ref("stg_bureau__ownership_links") }} as links
    on links.published_on <= parameters.as_of_date
    and (links.ended_on is null or links.ended_on > parameters.as_of_date)
    and links.share_pct > parameters.control_share_pct
group by parameters.as_of_date, links.owned_credit_code
