-- How well each scorecard tells customers who went bad from the others: area under the curve with its standard error, and KS.
-- Grain: one row per cohort_code, cohort_date, horizon_days, outcome_code and scorecard_code.
--
-- AUC: the share of pairs (gone bad, not) in which the bad one has the lower score, ties counting half (Mann and Whitney). Its standard
-- error: Hanley and McNeil, with customers counted once however many dates of the cohort they stand on.
{% set keys = ["cohort_code", "cohort_date", "horizon_days", "outcome_code", "scorecard_code"] %}
with totals as (
    select
        {{ keys | join(", ") }},
        row_number() over (order by {{ keys | join(", ") }}) as number,
        sum(bad_count) as bad_count,
        sum(customer_count - bad_count) as good_count,
        count(*) as score_count
    from {{ ref("int_performance__score_counts") }}
    group by {{ keys | join(", ") }}
),

-- Sorted by a number for the keys: millions of rows by five texts and dates take longer than all the rest.
counted as (
    select
        totals.number, counts.score, cast(counts.bad_count as bigint) as bad_count,
        cast(counts.customer_count - counts.bad_count as bigint) as good_count
    from {{ ref("int_performance__score_counts") }} as counts
    inner join totals on {% for key in keys %}counts.{{ key }} = totals.{{ key }}{{ " and " if not loop.last }}{% endfor %}
),

cumulated as (
    select
        *,
        sum(bad_count) over lower_scores as bads_through,
        sum(good_count) over lower_scores as goods_through
    from counted
    window lower_scores as (partition by number order by score rows between unbounded preceding and current row)
),

areas as (
    select
        cumulated.number,
        sum(cast(cumulated.good_count as double) * (cumulated.bads_through - cast(cumulated.bad_count as double) / 2)) as bad_before_good,
        max(abs(
            cast(cumulated.bads_through as double) / nullif(totals.bad_count, 0)
            - cast(cumulated.goods_through as double) / nullif(totals.good_count, 0)
        )) as ks
    from cumulated
    inner join totals on cumulated.number = totals.number
    group by cumulated.number
),

ranked as (
    select totals.*, areas.bad_before_good / nullif(cast(totals.bad_count as double) * totals.good_count, 0) as auc, areas.ks
    from totals
    inner join areas on totals.number = areas.number
),

-- Once for each date of a cohort on which a customer stands, as narrow as can be.
stood as (
    select
        cohorts.cohort_code, cohorts.cohort_date, cohorts.horizon_days, observed.outcome_code, observed.customer_id,
        max(case when observed.is_bad then 1 else 0 end) as is_bad
    from {{ ref("int_performance__cohorts") }} as cohorts
    inner join {{ ref("int_performance__observed") }} as observed
        on cohorts.as_of_date = observed.as_of_date and cohorts.horizon_days = observed.horizon_days and observed.is_scored
    group by cohorts.cohort_code, cohorts.cohort_date, cohorts.horizon_days, observed.outcome_code, observed.customer_id
),

persons as (
    select
        cohort_code,
        cohort_date,
        horizon_days,
        outcome_code,
        cast(count(*) as double) as customer_count,
        cast(sum(is_bad) as double) as bad_customer_count
    from stood
    group by cohort_code, cohort_date, horizon_days, outcome_code
)

select
    {% for key in keys %}ranked.{{ key }},{% endfor %}
    ranked.bad_count,
    ranked.good_count,
    ranked.score_count,
    cast(persons.customer_count as bigint) as customer_count,
    cast(persons.bad_customer_count as bigint) as bad_customer_count,
    ranked.auc,
    ranked.ks,
    case when persons.bad_customer_count > 0 and persons.customer_count > persons.bad_customer_count then sqrt(greatest(
        ranked.auc * (1 - ranked.auc)
        + (persons.bad_customer_count - 1) * (ranked.auc / (2 - ranked.auc) - power(ranked.auc, 2))
        + (persons.customer_count - persons.bad_customer_count - 1) * (2 * power(ranked.auc, 2) / (1 + ranked.auc) - power(ranked.auc, 2)),
        0
    ) / (persons.bad_customer_count * (persons.customer_count - persons.bad_customer_count))) end as auc_standard_error
from ranked
inner join persons
    on ranked.cohort_code = persons.cohort_code
    and ranked.cohort_date = persons.cohort_date
    and ranked.horizon_days = persons.horizon_days
    and ranked.outcome_code = persons.outcome_code
