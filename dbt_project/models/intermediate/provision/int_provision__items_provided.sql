-- Allowance of every item owed on a reporting date: its specific provision where policy names one, else balance x loss rate.
-- Grain: one row per as_of_date, company_code, document_no and instalment_no.
select
    items.as_of_date,
    items.company_code,
    items.document_no,
    items.instalment_no,
    items.customer_id,
    items.currency_code,
    items.bucket_code,
    items.outstanding_amount,
    items.outstanding_base_amount,
    rates.loss_rate,
    rates.rate_source_code,
    specific.provision_pct,
    case when specific.provision_pct is null then cast(items.outstanding_base_amount as decimal(24, 2)) * rates.loss_rate end as collective_base_amount,
    {{ percent_of("items.outstanding_base_amount", "specific.provision_pct") }} as specific_base_amount,
    rates.policy_version
from {{ ref("int_aging__open_items") }} as items
inner join {{ ref("int_provision__loss_rates") }} as rates
    on items.as_of_date = rates.as_of_date
    and items.company_code = rates.company_code
    and items.bucket_code = rates.bucket_code
left join {{ ref("policy_specific_provisions") }} as specific
    on rates.policy_version = specific.policy_version
    and items.company_code = specific.company_code
    and items.document_no = specific.document_no
where items.is_reporting_date and items.outstanding_amount > 0
