-- How well each scorecard tells customers who went bad from the others: area under the curve with its standard error, and KS.
-- Grain: one row per cohort_code, cohort_date, horizon_days, outcome_code and scorecard_code.
--
-- AUC: the share of pairs (gone bad, not) in which the bad one has the lower score, ties counting half (Mann and Whitney). Its standard
-- error: Hanley and McNeil, with customers counted once however many dates of the cohort they stand on.
{% set keys = ["cohort_code", "cohort_date", "horizon_days", "outcome_code", "scorecard_code"] %}
with cumulated as (
    select
        *,
        customer_count - bad_count as good_count,
        sum(bad_count) over lower_scores as bads_through,
        sum(customer_count - bad_count) over lower_scores as goods_through,
        sum(bad_count) over all_scores as bad_total,
        sum(customer_count - bad_count) over all_scores as good_total
    from {{ ref("int_performance__score_counts") }}
    window
        lower_scores as (partition by {{ keys | join(", ") }} order by score rows between unbounded preceding and current row),
        all_scores as (partition by {{ keys | join(", ") }})
),

ranked as (
    select
        {{ keys | join(", ") }},
        max(bad_total) as bad_count,
        max(good_total) as good_count,
        count(*) as score_count,
        sum(cast(good_count as double) * (bads_through - cast(bad_count as double) / 2)) / nullif(max(cast(bad_total as double) * good_total), 0) as auc,
        max(abs(cast(bads_through as double) / nullif(bad_total, 0) - cast(goods_through as double) / nullif(good_total, 0))) as ks
    from cumulated
    group by {{ keys | join(", ") }}
),

persons as (
    select
        cohorts.cohort_code,
        cohorts.cohort_date,
        cohorts.horizon_days,
        observed.outcome_code,
        cast(count(distinct observed.customer_id) as double) as customer_count,
        cast(count(distinct case when observed.is_bad then observed.customer_id end) as double) as bad_customer_count
    from {{ ref("int_performance__cohorts") }} as cohorts
    inner join {{ ref("int_performance__observed") }} as observed
        on cohorts.as_of_date = observed.as_of_date and cohorts.horizon_days = observed.horizon_days and observed.is_scored
    group by cohorts.cohort_code, cohorts.cohort_date, cohorts.horizon_days, observed.outcome_code
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
