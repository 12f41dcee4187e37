-- The customers that each raised alert speaks of: the one, or all of the group.
-- Grain: one row per as_of_date, alert_id and customer_id.
{{ config(materialized="view") }}
select as_of_date, alert_id, subject_code as customer_id, level_code, is_informational
from {{ ref("int_alerts__raised") }}
where subject_type = 'customer'
union all
select raised.as_of_date, raised.alert_id, grouped.customer_id, raised.level_code, raised.is_informational
from {{ ref("int_alerts__raised") }} as raised
inner join {{ ref("int_identity__grouped") }} as grouped
    on raised.as_of_date = grouped.as_of_date and raised.subject_code = grouped.group_id
where raised.subject_type = 'group'
