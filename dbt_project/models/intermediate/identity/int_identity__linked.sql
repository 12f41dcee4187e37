-- Records linked to a customer: those of the ERP as identified, others by the first rule in the policy's order that proposes exactly one.
-- Grain: one row per linked record_key.
select record_key, rule_code, customer_id, confidence, customer_id_by_rule
from {{ ref("int_identity__accounts_identified") }}
union all
select record_key, rule_code, customer_id, confidence, customer_id as customer_id_by_rule
from ({{ first_single_link(ref("int_identity__links_proposed")) }}) as others
