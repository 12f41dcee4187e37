-- What the balance periods of each document were last derived from. Built after them; the next refresh compares with it.
-- Grain: one row per company and document.
-- depends_on: {{ ref("int_ledger__balance_periods") }}
select
    company_code,
    document_no,
    inputs_fingerprint
from {{ ref("int_changes__document_fingerprints") }}
