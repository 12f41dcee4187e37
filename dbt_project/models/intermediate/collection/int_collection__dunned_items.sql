-- Overdue instalments with the dunning level that the runs up to the reporting date gave them, or why they are kept out of dunning.
-- Grain: one row per as_of_date, company_code, document_no and instalment_no.
--
-- A run gives the level that the ladder asks for that day and, where levels may not be skipped, one more than the last at the most. After all
-- runs that is the least of the level asked for and, for every step of the ladder, the level before it plus the runs since it was reached: runs
-- are counted, not written out. Runs before the item was open, or while it was kept out, do not count. Items alike in all this are one situation.
with blocks as (
    select
        *,
        company_code || '/' || document_no || '/' || cast(instalment_no as varchar) as item_key,
        valid_before is null or valid_before > as_of_date as is_lasting,
        case
            when valid_before <= as_of_date then valid_before else cast({{ dbt.dateadd("day", 1, "as_of_date") }} as date)
        end as ends_before
    from {{ ref("int_collection__dunning_blocks") }}
),

blocked as (
    select
        as_of_date, company_code, document_no, instalment_no, item_key,
        case
            when max(case when is_lasting and block_reason = 'disputed' then 1 end) = 1 then 'disputed'
            when max(case when is_lasting and block_reason = 'promised' then 1 end) = 1 then 'promised'
            when max(case when is_lasting then 1 end) = 1 then 'in_credit'
        end as block_reason,
        max(
            case when is_lasting and block_reason = 'promised' then cast({{ dbt.dateadd("day", -1, "valid_before") }} as date) end
        ) as promised_date
    from blocks
    group by as_of_date, company_code, document_no, instalment_no, item_key
),

-- What of each block no earlier one of the item covers.
pieces as (
    select
        as_of_date, item_key, ends_before,
        greatest(valid_from, coalesce(max(ends_before) over (
            partition by as_of_date, item_key order by valid_from, block_reason rows between unbounded preceding and 1 preceding
        ), valid_from)) as starts_on
    from blocks
),

ladder as (
    select
        policy_version, dunning_level, from_days,
        lag(dunning_level, 1, 0) over (partition by policy_version order by dunning_level) as level_before
    from {{ ref("policy_collection_stages") }}
    where dunning_level > 0
),

items as (
    select items.*, blocked.item_key, blocked.block_reason, blocked.promised_date
    from {{ ref("int_collection__items_open_since") }} as items
    left join blocked
        on items.as_of_date = blocked.as_of_date
        and items.company_code = blocked.company_code
        and items.document_no = blocked.document_no
        and items.instalment_no = blocked.instalment_no
),

first_steps as (
    select policy_version, min(from_days) as from_days from ladder group by policy_version
),

items_counted as (
    select
        items.*,
        cast(greatest(items.open_since, {{ dbt.dateadd("day", "first_steps.from_days", "items.due_date") }}) as date) as counted_from
    from items
    inner join first_steps on items.policy_version = first_steps.policy_version
),

situations as (
    select distinct as_of_date, policy_version, due_date, days_overdue, asked_level, counted_from, item_key
    from items_counted
),

reached as (
    select
        situations.*, ladder.dunning_level, ladder.level_before,
        cast(greatest(situations.counted_from, {{ dbt.dateadd("day", "ladder.from_days", "situations.due_date") }}) as date) as reached_on
    from situations
    inner join ladder on situations.policy_version = ladder.policy_version and situations.days_overdue >= ladder.from_days
),

kept_out as (
    select
        reached.as_of_date, reached.item_key, reached.reached_on, reached.dunning_level, reached.policy_version,
        sum(ended.run_count - coalesce(started.run_count, 0)) as run_count
    from reached
    inner join pieces
        on reached.as_of_date = pieces.as_of_date and reached.item_key = pieces.item_key and reached.reached_on < pieces.ends_before
    inner join {{ ref("int_collection__dunning_runs") }} as ended on ended.day = {{ dbt.dateadd("day", -1, "pieces.ends_before") }}
    left join {{ ref("int_collection__dunning_runs") }} as started
        on started.day = {{ dbt.dateadd("day", -1, "greatest(pieces.starts_on, reached.reached_on)") }}
    where pieces.starts_on < pieces.ends_before
    group by reached.as_of_date, reached.item_key, reached.reached_on, reached.dunning_level, reached.policy_version
),

counted as (
    select reached.*, through.run_count - coalesce(before.run_count, 0) - coalesce(kept_out.run_count, 0) as run_count
    from reached
    inner join {{ ref("int_collection__dunning_runs") }} as through on reached.as_of_date = through.day
    left join {{ ref("int_collection__dunning_runs") }} as before on before.day = {{ dbt.dateadd("day", -1, "reached.reached_on") }}
    left join kept_out
        on reached.as_of_date = kept_out.as_of_date
        and reached.item_key = kept_out.item_key
        and reached.dunning_level = kept_out.dunning_level
),

levels as (
    select
        counted.as_of_date, counted.policy_version, counted.due_date, counted.counted_from, counted.item_key,
        case
            when settings.may_skip_levels then coalesce(max(case when counted.run_count > 0 then counted.dunning_level end), 0)
            else least(counted.asked_level, min(counted.level_before + counted.run_count))
        end as dunning_level
    from counted
    inner join {{ ref("policy_collection") }} as settings on counted.policy_version = settings.policy_version
    group by
        counted.as_of_date, counted.policy_version, counted.due_date, counted.counted_from, counted.item_key, counted.asked_level,
        settings.may_skip_levels
)

select
    items.as_of_date,
    items.company_code,
    items.document_no,
    items.instalment_no,
    items.customer_id,
    items.currency_code,
    items.due_date,
    items.days_overdue,
    items.outstanding_amount,
    items.outstanding_base_amount,
    items.stage_code,
    items.asked_level,
    items.policy_version,
    items.block_reason,
    case when items.block_reason = 'promised' then items.promised_date end as blocked_until,
    case when items.block_reason is null then levels.dunning_level end as dunning_level
from items_counted as items
inner join levels
    on items.as_of_date = levels.as_of_date
    and items.due_date = levels.due_date
    and items.counted_from = levels.counted_from
    and coalesce(items.item_key, '') = coalesce(levels.item_key, '')
