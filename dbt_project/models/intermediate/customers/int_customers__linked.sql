-- Records linked to a customer by the first rule in the policy's order that proposes exactly one.
-- Grain: one row per linked record_key.
{{ first_single_link(ref("int_customers__links_proposed")) }}
