-- Receipts whose applications need looking at day by day: applied on several days, reversed, bounced, or paying what bounced before.
-- Grain: one row per company and receipt.
select company_code, receipt_no
from {{ ref("int_payments__receipts_applied") }}
group by company_code, receipt_no
having min(effective_date) < max(effective_date) or max(case when is_reversal then 1 else 0 end) = 1
union
select company_code, receipt_no
from {{ ref("int_payments__receipts_bounced") }}
union
select applied.company_code, applied.receipt_no
from {{ ref("int_payments__receipts_applied") }} as applied
inner join {{ ref("int_payments__receipts_bounced") }} as bounced
    on applied.company_code = bounced.company_code and applied.document_no = bounced.debit_document_no
