-- What an alert rests on: its measure, and the documents, payments, orders, bureau events, confirmations, exposures and debtors behind it.
-- Grain: one row per as_of_date, alert_id, evidence_type and evidence_key.
select
    as_of_date,
    alert_id,
    evidence_type,
    evidence_key,
    company_code,
    document_no,
    instalment_no,
    evidence_date,
    evidence_amount,
    currency_code,
    detail,
    load_id,
    line_number
from {{ ref("int_alerts__evidence") }}
