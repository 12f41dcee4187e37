-- Instalments open on each balance date, with days past due and bucket under the aging policy in force that day.
-- Grain: one row per as_of_date, company, document and instalment.
with periods as (
    select
        dates.balance_date as as_of_date,
        dates.is_reporting_date,
        periods.company_code,
        periods.document_no,
        periods.instalment_no,
        periods.open_amount
    from {{ ref("int_receivables__balance_periods") }} as periods
    inner join {{ ref("int_dates__balance_dates") }} as dates
        on dates.balance_date >= periods.valid_from
        and (periods.valid_before is null or dates.balance_date < periods.valid_before)
),

policies as (
    select in_force.as_of_date, aging.*
    from {{ ref("int_dates__policies_in_force") }} as in_force
    inner join {{ ref("policy_aging") }} as aging on in_force.policy_version = aging.policy_version
    where in_force.policy_area = 'aging'
),

dated as (
    select
        periods.*,
        policies.policy_version,
        instalments.customer_id,
        instalments.customer_code,
        instalments.document_type,
        instalments.due_date,
        instalments.currency_code,
        instalments.base_currency_code,
        instalments.fx_rate,
        instalments.salesperson_code,
        instalments.segment_code,
        {{ dbt.datediff(
            "case policies.aging_basis when 'document_date' then instalments.document_date else instalments.due_date end",
            "periods.as_of_date", "day"
        ) }} as days_past_due
    from periods
    inner join {{ ref("int_receivables__instalments_completed") }} as instalments
        on periods.company_code = instalments.company_code
        and periods.document_no = instalments.document_no
        and periods.instalment_no = instalments.instalment_no
    inner join policies on periods.as_of_date = policies.as_of_date
)

select
    dated.as_of_date,
    dated.is_reporting_date,
    dated.company_code,
    dated.document_no,
    dated.instalment_no,
    dated.customer_id,
    dated.customer_code,
    dated.document_type,
    dated.due_date,
    dated.currency_code,
    dated.base_currency_code,
    dated.salesperson_code,
    dated.segment_code,
    cast(dated.days_past_due as integer) as days_past_due,
    -- Credits that nothing has used up are shown in a column of their own, never netted into the buckets.
    case when dated.open_amount < 0 then 'unapplied' else buckets.bucket_code end as bucket_code,
    dated.open_amount as outstanding_amount,
    cast(round(dated.open_amount * dated.fx_rate, 2) as decimal(18, 2)) as outstanding_base_amount,
    dated.policy_version
from dated
inner join {{ ref("policy_aging_buckets") }} as buckets
    on dated.policy_version = buckets.policy_version
    and (buckets.from_days is null or dated.days_past_due >= buckets.from_days)
    and (buckets.to_days is null or dated.days_past_due <= buckets.to_days)
