-- Back-test of the provision: the allowance of each past reporting date against what has been written off of its items since.
-- Grain: one row per as_of_date and company_code.
with allowances as (
    select
        as_of_date,
        company_code,
        {{ known_sum("outstanding_base_amount") }} as outstanding_base_amount,
        {{ known_sum("allowance_base_amount") }} as allowance_base_amount
    from {{ ref("fct_provision") }}
    group by as_of_date, company_code
),

losses as (
    select items.as_of_date, items.company_code, {{ known_sum("losses.written_off_base_amount") }} as written_off_since_base_amount
    from {{ ref("int_provision__losses") }} as losses
    inner join {{ ref("int_provision__items_provided") }} as items
        on losses.company_code = items.company_code
        and losses.document_no = items.document_no
        and losses.instalment_no = items.instalment_no
        and losses.effective_date > items.as_of_date
    inner join {{ ref("int_dates__receivables_policies") }} as policies
        on items.as_of_date = policies.as_of_date and {{ is_chosen_by("policies", "losses") }}
    group by items.as_of_date, items.company_code
)

select
    allowances.as_of_date,
    allowances.company_code,
    {{ months_between("allowances.as_of_date", as_of_date()) }} as months_since,
    cast(allowances.outstanding_base_amount as decimal(18, 2)) as outstanding_base_amount,
    cast(allowances.allowance_base_amount as decimal(18, 2)) as allowance_base_amount,
    cast(case when losses.as_of_date is null then 0 else losses.written_off_since_base_amount end as decimal(18, 2))
        as written_off_since_base_amount,
    {{ ratio(
        "100 * case when losses.as_of_date is null then 0 else losses.written_off_since_base_amount end", "allowances.allowance_base_amount"
    ) }} as used_pct
from allowances
left join losses
    on allowances.as_of_date = losses.as_of_date and allowances.company_code = losses.company_code
