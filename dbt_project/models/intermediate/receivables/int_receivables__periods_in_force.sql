-- Balance periods under the aging policy of the as-of date.
-- Grain: one row per company, document, instalment and valid_from.
{{ config(materialized="view") }}
select periods.*
from {{ ref("int_receivables__balance_periods") }} as periods
inner join {{ ref("int_receivables__policies_dated") }} as policies
    on policies.as_of_date = {{ as_of_date() }}
    and periods.receipt_allocation in ('any', policies.receipt_allocation)
    and periods.instalment_allocation in ('any', policies.instalment_allocation)
