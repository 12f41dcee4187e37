-- What turnover days are compared with and are to reach: of each company by its own line of business, of everything else by the policy.
-- Grain: one row per as_of_date and company_code; company_code all for what is of no one company.
with policies as (
    {{ policy_by_date("turnover", "policy_turnover") }}
),

companies as (
    select based.company_code, known.benchmark_code
    from {{ ref("int_currencies__base") }} as based
    left join {{ ref("stg_erp__companies") }} as known on based.company_code = known.company_code
    union all
    select 'all', null
),

chosen as (
    select
        policies.as_of_date,
        companies.company_code,
        policies.policy_version,
        coalesce(companies.benchmark_code, policies.benchmark_code) as benchmark_code
    from policies
    cross join companies
)

select
    chosen.as_of_date,
    chosen.company_code,
    chosen.policy_version,
    chosen.benchmark_code,
    benchmarks.turnover_days as benchmark_turnover_days,
    benchmarks.target_turnover_days
from chosen
left join {{ ref("policy_turnover_benchmarks") }} as benchmarks
    on chosen.policy_version = benchmarks.policy_version and chosen.benchmark_code = benchmarks.benchmark_code
