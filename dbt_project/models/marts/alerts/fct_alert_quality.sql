-- Does a rule cry wolf: of the alerts that it raised, how many became real within the longest horizon, how early, and what it missed.
-- Grain: one row per as_of_date and rule_code.
with horizon as (
    select policies.as_of_date, max(horizons.horizon_days) as horizon_days
    from {{ ref("int_performance__policies_dated") }} as policies
    inner join {{ ref("policy_performance_horizons") }} as horizons on policies.policy_version = horizons.policy_version
    group by policies.as_of_date
),

of_customers as (
    select as_of_date, customer_id, is_already_bad, next_event_date
    from {{ ref("int_performance__outlooks") }}
    where outcome_code = 'trouble'
),

-- A group is in trouble as soon as one of its customers is. Of salespersons nobody says what trouble would be: they are not judged.
trouble as (
    select as_of_date, 'customer' as subject_type, customer_id as subject_code, is_already_bad, next_event_date from of_customers
    union all
    select grouped.as_of_date, 'group', grouped.group_id, bool_or(of_customers.is_already_bad), min(of_customers.next_event_date)
    from {{ ref("int_identity__grouped") }} as grouped
    inner join of_customers on {{ same_customer("grouped", "of_customers") }}
    group by grouped.as_of_date, grouped.group_id
),

judged as (
    select
        episodes.raised_on as as_of_date,
        episodes.rule_code,
        episodes.subject_type,
        trouble.is_already_bad,
        trouble.next_event_date,
        {{ dbt.dateadd("day", "horizon.horizon_days", "episodes.raised_on") }} as judged_on
    from {{ ref("int_alerts__episodes") }} as episodes
    inner join horizon on episodes.raised_on = horizon.as_of_date
    left join trouble
        on episodes.raised_on = trouble.as_of_date
        and episodes.subject_type = trouble.subject_type
        and episodes.subject_code = trouble.subject_code
),

raised as (
    select
        as_of_date,
        rule_code,
        max(subject_type) as subject_type,
        count(*) as raised_count,
        count(case when is_already_bad then 1 end) as already_bad_count,
        count(case when not is_already_bad and judged_on <= {{ as_of_date() }} then 1 end) as judged_count,
        count(case when not is_already_bad and judged_on <= {{ as_of_date() }} and next_event_date <= judged_on then 1 end) as real_count,
        sum(case
            when not is_already_bad and judged_on <= {{ as_of_date() }} and next_event_date <= judged_on
                then {{ days_between("as_of_date", "next_event_date") }}
        end) as lead_days
    from judged
    group by as_of_date, rule_code
),

-- Trouble that the rule did not announce: it was clear on the last reporting date before.
missed as (
    select evaluated.as_of_date, evaluated.rule_code, max(evaluated.subject_type) as subject_type, count(*) as missed_count
    from {{ ref("int_alerts__evaluated") }} as evaluated
    inner join {{ ref("int_dates__reporting") }} as dates on evaluated.as_of_date = dates.as_of_date
    inner join trouble
        on evaluated.as_of_date = trouble.as_of_date
        and evaluated.subject_type = trouble.subject_type
        and evaluated.subject_code = trouble.subject_code
        and not trouble.is_already_bad
        and trouble.next_event_date <= {{ month_end(add_months("dates.as_of_date", "1")) }}
    where evaluated.status_code = 'clear' and dates.is_month_end and trouble.next_event_date <= {{ as_of_date() }}
    group by evaluated.as_of_date, evaluated.rule_code
)

-- What was missed is known once the next month is over, of whom anybody says what trouble is; before, and of others, it is not known.
select
    coalesce(raised.as_of_date, missed.as_of_date) as as_of_date,
    coalesce(raised.rule_code, missed.rule_code) as rule_code,
    cast(coalesce(raised.raised_count, 0) as integer) as raised_count,
    cast(coalesce(raised.already_bad_count, 0) as integer) as already_bad_count,
    cast(coalesce(raised.judged_count, 0) as integer) as judged_count,
    cast(coalesce(raised.real_count, 0) as integer) as real_count,
    {{ ratio("100 * raised.real_count", "raised.judged_count") }} as precision_pct,
    {{ ratio("raised.lead_days", "raised.real_count") }} as average_lead_days,
    case
        when dates.is_month_end and {{ month_end(add_months("dates.as_of_date", "1")) }} <= {{ as_of_date() }}
            and coalesce(raised.subject_type, missed.subject_type) <> 'salesperson'
            then cast(coalesce(missed.missed_count, 0) as integer)
    end as missed_count
from raised
full outer join missed on raised.as_of_date = missed.as_of_date and raised.rule_code = missed.rule_code
inner join {{ ref("int_dates__reporting") }} as dates on coalesce(raised.as_of_date, missed.as_of_date) = dates.as_of_date
