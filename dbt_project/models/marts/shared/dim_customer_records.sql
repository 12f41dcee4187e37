-- Records of the ERP, the CRM and the bureau with the customer that each was matched to, by which rule and how surely.
-- Grain: one row per record_key.
select
    {{ as_of_date() }} as as_of_date,
    record_key,
    source_system,
    company_code,
    source_record,
    record_name,
    stated_credit_code,
    customer_id,
    customer_id_by_rule,
    match_rule,
    confidence,
    load_id,
    line_number
from {{ ref("int_identity__matched") }}
