-- All that the open balances of a document depend on, as one number: its instalments, the applications to it, the project's state.
-- Grain: one row per company and document.
with parts as (
    select
        company_code, document_no,
        hash(
            instalment_no, document_type, customer_id, document_date, accounting_date, due_date, currency_code, instalment_amount, fx_rate,
            salesperson_code, segment_code, instalment_count
        ) as part
    from {{ ref("int_ledger__instalments_completed") }}
    {% for leg in ["debit", "credit"] %}
    union all
    select
        company_code, {{ leg }}_document_no as document_no,
        hash(
            '{{ leg }}', receipt_allocation, application_no, application_rule, effective_date, applied_amount, credit_applied_amount, credit_document_no,
            debit_document_no, credit_document_type, credit_document_date{{ ", debit_instalment_no" if leg == "debit" }}
        ) as part
    from {{ ref("int_ledger__applications_dated") }}
    {% endfor %}
)

select
    parts.company_code,
    parts.document_no,
    hash(bit_xor(parts.part), refresh.project_state) as inputs_fingerprint
from parts
cross join {{ ref("stg_ingestion__refresh") }} as refresh
group by parts.company_code, parts.document_no, refresh.project_state
