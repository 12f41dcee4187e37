-- Bad debts of each company and customer over the year to each reporting date: written off, recovered, and in percent of sales. Beside
-- them equipment that was taken back and what its sale brought; it lowers the bad debt only where the ERP posts it as a recovery.
-- Grain: one row per as_of_date, company_code and customer_id.
with postings as (
    select
        company_code,
        customer_id,
        accounting_date,
        case when document_type = 'write_off' then -{{ base_amount("amount", "fx_rate") }} else 0 end as written_off_base_amount,
        case when document_type = 'recovery' then {{ base_amount("amount", "fx_rate") }} else 0 end as recovered_base_amount,
        case when document_type in ('invoice', 'debit_note', 'credit_note') then {{ base_amount("amount", "fx_rate") }} else 0 end
            as sales_base_amount,
        0 as repossessed_count,
        0 as repossessed_base_amount,
        0 as proceeds_base_amount
    from {{ ref("int_ledger__documents_valued") }}
    where document_type in ('write_off', 'recovery', 'invoice', 'debit_note', 'credit_note')
    union all
    select company_code, customer_id, happened_on, 0, 0, 0, asset_count, appraised_base_amount, proceeds_base_amount
    from {{ ref("int_collection__repossessions") }}
),

monthly as (
    select
        company_code,
        customer_id,
        cast({{ dbt.date_trunc("month", "accounting_date") }} as date) as month_start,
        {{ known_sum("written_off_base_amount") }} as written_off_base_amount,
        {{ known_sum("recovered_base_amount") }} as recovered_base_amount,
        {{ known_sum("sales_base_amount") }} as sales_base_amount,
        sum(repossessed_count) as repossessed_count,
        {{ known_sum("repossessed_base_amount") }} as repossessed_base_amount,
        {{ known_sum("proceeds_base_amount") }} as proceeds_base_amount
    from postings
    where accounting_date <= {{ as_of_date() }}
    group by company_code, customer_id, cast({{ dbt.date_trunc("month", "accounting_date") }} as date)
),

yearly as (
    select
        dates.as_of_date,
        monthly.company_code,
        monthly.customer_id,
        {{ known_sum("monthly.written_off_base_amount") }} as written_off_base_amount,
        {{ known_sum("monthly.recovered_base_amount") }} as recovered_base_amount,
        {{ known_sum("monthly.sales_base_amount") }} as sales_base_amount,
        sum(monthly.repossessed_count) as repossessed_count,
        {{ known_sum("monthly.repossessed_base_amount") }} as repossessed_base_amount,
        {{ known_sum("monthly.proceeds_base_amount") }} as proceeds_base_amount
    from {{ ref("int_dates__reporting") }} as dates
    inner join monthly
        on monthly.month_start <= dates.as_of_date
        and monthly.month_start > {{ add_months("dates.as_of_date", "-12") }}
    group by dates.as_of_date, monthly.company_code, monthly.customer_id
)

select
    yearly.as_of_date,
    yearly.company_code,
    yearly.customer_id,
    cast(yearly.written_off_base_amount as decimal(18, 2)) as written_off_base_amount,
    cast(yearly.recovered_base_amount as decimal(18, 2)) as recovered_base_amount,
    cast(yearly.written_off_base_amount - yearly.recovered_base_amount as decimal(18, 2)) as bad_debt_base_amount,
    cast(yearly.sales_base_amount as decimal(18, 2)) as sales_base_amount,
    {{ ratio(
        "100 * (yearly.written_off_base_amount - yearly.recovered_base_amount)",
        "case when yearly.sales_base_amount > 0 then yearly.sales_base_amount end"
    ) }} as bad_debt_ratio_pct,
    case when sources.is_delivered then cast(yearly.repossessed_count as integer) end as repossessed_count,
    case when sources.is_delivered then cast(yearly.repossessed_base_amount as decimal(18, 2)) end as repossessed_base_amount,
    case when sources.is_delivered then cast(yearly.proceeds_base_amount as decimal(18, 2)) end as proceeds_base_amount
from yearly
inner join {{ ref("int_quality__source_counts") }} as sources on sources.table_name = 'erp.repossessed_assets'
