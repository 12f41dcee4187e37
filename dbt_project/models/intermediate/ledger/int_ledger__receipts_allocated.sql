-- Applications that policy makes of credits that their sender applied to nothing: by reference, by exact amount, then oldest first.
-- Grain: one row per receipt_allocation, company and application.
--
-- An account is walked from one day on which a match can come about to the next, and through the rules of each day: they see only what is left
-- of what was posted by then, so nothing that comes later changes a match. Each rule lets credits and debits queue - before the debit that
-- is named, among equal amounts, or all together - and what overlaps of both queues is applied.
{% set account = ["receipt_allocation", "company_code", "customer_id", "currency_code"] %}
{% set document = account + ["side", "document_no", "accounting_date", "due_date", "reference_no", "is_by_name_only"] %}
{% set rules = ["exact_reference", "exact_amount", "oldest_first"] %}
with recursive posted as (
    select * from {{ ref("int_ledger__matching_events") }}
),

{{ events_that_meet("posted", account) }},

events as (
    select {% for column in document %}posted.{{ column }}, {% endfor %}posted.amount, meeting.meeting_date as event_date
    from posted
    inner join meeting
        on {% for key in account %}posted.{{ key }} = meeting.{{ key }} and {% endfor %}posted.event_date = meeting.event_date
        and meeting.meeting_date is not null
),

rules as (
    {% for allocation in ["reference", "reference_amount", "reference_amount_fifo"] %}
    {% for rule in rules[:loop.index] %}
    select '{{ allocation }}' as receipt_allocation, {{ loop.index }} as rule_order, '{{ rule }}' as application_rule union all
    {% endfor %}
    {% endfor %}
    select null, null, null where false
),

steps as (
    select
        {% for key in account %}days.{{ key }}, {% endfor %}days.event_date, rules.rule_order, rules.application_rule,
        row_number() over (partition by {% for key in account %}days.{{ key }}, {% endfor %}1 order by days.event_date, rules.rule_order) as step
    from (select distinct {{ account | join(", ") }}, event_date from events) as days
    inner join rules on days.receipt_allocation = rules.receipt_allocation
),

-- A row is a step, what a document has left before it, or what the step takes off it.
walked as (
    select
        {{ account | join(", ") }}, cast(0 as bigint) as step, 'step' as side, cast(null as varchar) as document_no,
        cast(null as date) as accounting_date, cast(null as date) as due_date, cast(null as varchar) as reference_no,
        cast(null as boolean) as is_by_name_only, cast(null as decimal(38, 2)) as amount,
        cast(null as varchar) as other_document_no, cast(null as varchar) as application_rule, cast(null as date) as event_date
    from steps
    where step = 1
    union all
    (
        with today as (
            select steps.*
            from walked
            inner join steps
                on {% for key in account %}walked.{{ key }} = steps.{{ key }}{{ " and " if not loop.last }}{% endfor %}
            where walked.side = 'step' and walked.step + 1 = steps.step
        ),

        standing as (
            select {{ document | join(", ") }}, sum(amount) as amount
            from (
                select {% for column in document %}walked.{{ column }}, {% endfor %}walked.amount
                from walked
                inner join today
                    on {% for key in account %}walked.{{ key }} = today.{{ key }}{{ " and " if not loop.last }}{% endfor %}
                where walked.side <> 'step'
                union all
                select {% for column in document %}events.{{ column }}, {% endfor %}events.amount
                from events
                inner join today
                    on {% for key in account %}events.{{ key }} = today.{{ key }}{{ " and " if not loop.last }}{% endfor %} and events.event_date = today.event_date
                where today.rule_order = 1
            ) as moves
            group by {{ document | join(", ") }}
            having sum(amount) <> 0
        ),

        keyed as (
            select
                standing.*, today.step, today.event_date, today.application_rule,
                case
                    when today.application_rule = 'exact_reference' then coalesce(standing.reference_no, standing.document_no)
                    when standing.is_by_name_only then null
                    when today.application_rule = 'exact_amount' then cast(standing.amount as varchar)
                    else 'all'
                end as queue
            from standing
            inner join today
                on {% for key in account %}standing.{{ key }} = today.{{ key }}{{ " and " if not loop.last }}{% endfor %}
            where standing.amount > 0
        ),

        queued as (
            select *, sum(amount) over (
                partition by {{ account | join(", ") }}, side, queue order by accounting_date, due_date, document_no
                rows between unbounded preceding and current row
            ) as queued_through
            from keyed
        ),

        overlapping as (
            select
                least(credits.queued_through, debits.queued_through)
                - greatest(credits.queued_through - credits.amount, debits.queued_through - debits.amount) as applied_amount,
                {% for column in document %}credits.{{ column }} as credit_{{ column }}, debits.{{ column }} as debit_{{ column }},
                {% endfor %}
                credits.step, credits.event_date, credits.application_rule
            from queued as credits
            inner join queued as debits
                on {% for key in account %}credits.{{ key }} = debits.{{ key }} and {% endfor %}credits.queue = debits.queue
                and credits.queued_through > debits.queued_through - debits.amount
                and debits.queued_through > credits.queued_through - credits.amount
            where credits.side = 'credit' and debits.side = 'debit'
        )

        select {{ account | join(", ") }}, step, 'step', null, null, null, null, null, null, null, null, null
        from today
        union all
        select {{ account | join(", ") }}, 0, side, document_no, accounting_date, due_date, reference_no, is_by_name_only, amount, null, null, null
        from standing
        {% for side, other in [("credit", "debit"), ("debit", "credit")] %}
        union all
        select
            {% for column in account %}{{ side }}_{{ column }}, {% endfor %}step,
            {% for column in document if column not in account %}{{ side }}_{{ column }}, {% endfor %}
            -applied_amount, {{ other }}_document_no, application_rule, event_date
        from overlapping
        {% endfor %}
    )
)

select
    receipt_allocation,
    company_code,
    application_rule || ':' || document_no || ':' || other_document_no || ':' || cast(event_date as varchar) as application_no,
    document_no as credit_document_no,
    other_document_no as debit_document_no,
    event_date as application_date,
    cast(-amount as decimal(18, 2)) as applied_amount,
    application_rule
from walked
where side = 'credit' and other_document_no is not null
