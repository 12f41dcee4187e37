{# Events of accounts on which credits are matched with debts, each put off to the next day on which a match can come of it.

   Walking an account costs a step for each of its days, and on most nothing can meet: debts are billed, and settled by their sender,
   while no credit waits. Matches can come only of a day on which a credit is posted, or a debit that a credit names; by amount, of any
   day from the first credit on; and where the oldest debts are settled first, of a day on which a debit is posted while a credit may be
   left. After such a day no more than one side is left, so a credit is left only where all credits so far come to more than all debts:
   too high where some debt was settled by name, and never too low. What is put off changes no match, as rules see all that was posted by
   their day. Events after the last such day are left out. #}
{% macro events_that_meet(events, account) -%}
    named as (
        select distinct {{ account | join(", ") }}, reference_no as document_no from {{ events }} where reference_no is not null
    ),

    daily as (
        select
            {% for key in account %}{{ events }}.{{ key }}, {% endfor %}{{ events }}.event_date,
            max(case when {{ events }}.side = 'credit' then 1 else 0 end) as has_credit,
            max(case when {{ events }}.side = 'debit' and {{ events }}.amount > 0 then 1 else 0 end) as has_debit,
            max(case when {{ events }}.side = 'debit' and named.document_no is not null and {{ events }}.amount > 0 then 1 else 0 end) as has_named_debit,
            sum(case when {{ events }}.side = 'credit' then {{ events }}.amount else -{{ events }}.amount end) as net_amount
        from {{ events }}
        left join named
            on {% for key in account %}{{ events }}.{{ key }} = named.{{ key }} and {% endfor %}{{ events }}.document_no = named.document_no
        group by {% for key in account %}{{ events }}.{{ key }}, {% endfor %}{{ events }}.event_date
    ),

    cumulated as (
        select
            *,
            max(has_credit) over through_day as has_had_credit,
            sum(net_amount) over before_day as net_before
        from daily
        window
            through_day as (partition by {{ account | join(", ") }} order by event_date rows between unbounded preceding and current row),
            before_day as (partition by {{ account | join(", ") }} order by event_date rows between unbounded preceding and 1 preceding)
    ),

    meeting as (
        select
            *,
            min(
                case
                    when
                        has_credit = 1 or has_named_debit = 1
                        or (receipt_allocation = 'reference_amount' and has_had_credit = 1)
                        or (receipt_allocation = 'reference_amount_fifo' and has_debit = 1 and net_before > 0)
                        then event_date
                end
            ) over (partition by {{ account | join(", ") }} order by event_date rows between current row and unbounded following) as meeting_date
        from cumulated
    )
{%- endmacro %}
