-- Balance periods: the intervals in which an instalment's open balance is constant, from which any past date can be aged.
-- Grain: one row per receipt_allocation, instalment_allocation, company_code, document_no, instalment_no and valid_from.
{{ config(materialized="view") }}
with refresh as (
    select {{ as_of_date() }} as as_of_date
)

select
    refresh.as_of_date,
    periods.receipt_allocation,
    periods.instalment_allocation,
    periods.company_code,
    periods.document_no,
    periods.instalment_no,
    periods.valid_from,
    -- What ends a period after the as-of date is not known at it.
    case when periods.valid_before <= refresh.as_of_date then periods.valid_before end as valid_before,
    periods.open_amount,
    instalments.document_type,
    periods.customer_id,
    instalments.customer_code,
    periods.document_date,
    periods.accounting_date,
    periods.due_date,
    periods.currency_code,
    instalments.base_currency_code,
    cast(periods.fx_rate as decimal(18, 8)) as fx_rate,
    periods.salesperson_code,
    periods.segment_code
from {{ ref("int_ledger__balance_periods") }} as periods
inner join {{ ref("int_ledger__instalments_completed") }} as instalments
    on periods.company_code = instalments.company_code
    and periods.document_no = instalments.document_no
    and periods.instalment_no = instalments.instalment_no
cross join refresh
where periods.valid_from <= refresh.as_of_date
