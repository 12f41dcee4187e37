-- Legs that are laid onto instalments one after the other, as amounts are taken back or instalments named: what each moves, earliest due first.
-- Grain: one row per receipt_allocation, instalment_allocation, company, document, application_order, other_document_no and due_order.
--
-- An application takes the instalment that it names; without a name it fills what is open, the earliest due first. What is taken back leaves the
-- instalments on which the same other document lies, the latest due first, and what others paid stays where it is. Where an instalment
-- holds more than it asks for, what named none moves on: the last that came to the earliest that is open, and to the last one if none is.
{{ config(
    materialized="incremental", incremental_strategy="append", on_schema_change="sync_all_columns",
    pre_hook={"sql": "{{ forget_changed_documents() }}", "transaction": false}
) }}
{% set document = ["receipt_allocation", "instalment_allocation", "company_code", "document_no"] %}
{% set key = document | join(", ") %}
-- depends_on: {{ ref("int_changes__documents_changed") }}
with recursive legs as (
    select
        ordered.{{ document | join(", ordered.") }}, ordered.application_order, ordered.other_document_no as new_document_no,
        ordered.due_order as named_order, cast(ordered.settling_amount as decimal(38, 2)) as new_amount
    from {{ ref("int_ledger__legs_ordered") }} as ordered
    where ordered.laying = 'walk' and {{ is_of_changed_document("ordered") }}
),

parts as (
    select
        legs.{{ document | join(", legs.") }}, queued.due_order, queued.is_last, cast(queued.amount as decimal(38, 2)) as amount
    from legs
    inner join {{ ref("int_ledger__instalments_queued") }} as queued
        on legs.company_code = queued.company_code and legs.document_no = queued.document_no
    where legs.application_order = 1
),

-- What lies on each part after each application, and what it moved; a row without a part carries the document on.
walked as (
    select
        {{ key }}, cast(0 as bigint) as application_order, cast(null as varchar) as other_document_no, cast(null as bigint) as due_order,
        cast(0 as decimal(38, 2)) as named_amount, cast(0 as decimal(38, 2)) as unnamed_amount, cast(0 as bigint) as laid_order,
        cast(0 as decimal(38, 2)) as moved_amount
    from legs
    where application_order = 1
    union all
    (
        with standing as (
            select
                legs.*, walked.other_document_no, walked.due_order, walked.named_amount, walked.unnamed_amount, walked.laid_order
            from walked
            inner join legs
                on walked.application_order + 1 = legs.application_order
                {% for column in document %}and walked.{{ column }} = legs.{{ column }} {% endfor %}
        ),

        today as (
            select * from standing where due_order is null
        ),

        cells as {{ computed_once() }} (
            select
                {{ key }}, application_order, new_document_no, named_order, new_amount, other_document_no, due_order, is_last, amount,
                sum(named_amount) as named_amount, sum(unnamed_amount) as unnamed_amount, max(laid_order) as laid_order,
                other_document_no = new_document_no as is_own
            from (
                select
                    standing.*, parts.is_last, parts.amount
                from standing
                inner join parts
                    on standing.due_order = parts.due_order
                    {% for column in document %}and standing.{{ column }} = parts.{{ column }} {% endfor %}
                union all
                select
                    today.{{ document | join(", today.") }}, today.application_order, today.new_document_no, today.named_order, today.new_amount,
                    today.new_document_no as other_document_no, parts.due_order, 0, 0, 0, parts.is_last, parts.amount
                from today
                inner join parts on {% for column in document %}today.{{ column }} = parts.{{ column }}{{ " and " if not loop.last }}{% endfor %}
            ) as known_and_new
            group by
                {{ key }}, application_order, new_document_no, named_order, new_amount, other_document_no, due_order, is_last, amount
        ),

        returnable as (
            select
                *,
                case
                    when new_amount >= 0 or not is_own then 0
                    when named_order is null or named_order = due_order then greatest(named_amount + unnamed_amount, 0)
                    else greatest(unnamed_amount, 0)
                end as own_amount,
                case
                    when new_amount >= 0 or not is_own or named_order is not null then 0
                    else greatest(sum(named_amount + unnamed_amount) over part - named_amount - unnamed_amount, 0)
                end as others_amount
            from cells
            window part as (partition by {{ key }}, due_order)
        ),

        given_back as (
            select
                *,
                least(own_amount, greatest(-new_amount - (sum(own_amount) over latest_first - own_amount), 0)) as own_taken,
                least(
                    others_amount,
                    greatest(-new_amount - sum(own_amount) over whole - (sum(others_amount) over latest_first - others_amount), 0)
                ) as others_taken,
                case
                    when is_own and due_order = coalesce(named_order, 1)
                        then greatest(-new_amount - sum(own_amount) over whole - sum(others_amount) over whole, 0)
                    else 0
                end as taken_beyond
            from returnable
            window
                whole as (partition by {{ key }}),
                latest_first as (
                    partition by {{ key }} order by case when due_order = named_order then 0 else 1 end, due_order desc, other_document_no
                    rows between unbounded preceding and current row
                )
        ),

        after_return as (
            select
                *,
                named_amount - (own_taken - least(own_taken, greatest(unnamed_amount, 0)))
                + case
                    when is_own and due_order = named_order then greatest(new_amount, 0) - taken_beyond
                    else 0
                end as named_left,
                unnamed_amount - least(own_taken, greatest(unnamed_amount, 0)) - others_taken
                - case when named_order is null then taken_beyond else 0 end as unnamed_left
            from given_back
        ),

        exceeding as {{ computed_once() }} (
            select
                *,
                sum(named_left + unnamed_left) over part as part_total,
                least(
                    greatest(unnamed_left, 0),
                    greatest(
                        least(greatest(sum(unnamed_left) over part, 0), greatest(sum(named_left + unnamed_left) over part - amount, 0))
                        - (sum(greatest(unnamed_left, 0)) over last_first - greatest(unnamed_left, 0)),
                        0
                    )
                ) as moving_amount
            from after_return
            window
                part as (partition by {{ key }}, due_order),
                last_first as (
                    partition by {{ key }}, due_order order by laid_order desc, other_document_no desc
                    rows between unbounded preceding and current row
                )
        ),

        moving as (
            select
                *, sum(moving_amount) over (
                    partition by {{ key }} order by laid_order, due_order, other_document_no rows between unbounded preceding and current row
                ) as moving_through
            from (
                select {{ key }}, other_document_no, laid_order, due_order, moving_amount
                from exceeding
                where moving_amount > 0
                union all
                select {{ key }}, new_document_no, application_order, 0, new_amount
                from today
                where new_amount > 0 and named_order is null
            ) as unplaced
        ),

        rooms as (
            select
                *, sum(room_amount) over (
                    partition by {{ key }} order by due_order rows between unbounded preceding and current row
                ) as room_through
            from (
                select {{ key }}, due_order, is_last, greatest(amount - max(part_total) + sum(moving_amount), 0) as room_amount
                from exceeding
                group by {{ key }}, due_order, is_last, amount
            ) as parts_left
        ),

        placed as (
            select
                moving.{{ document | join(", moving.") }}, moving.other_document_no, rooms.due_order,
                case when rooms.is_last then moving.moving_through else least(moving.moving_through, rooms.room_through) end
                - greatest(moving.moving_through - moving.moving_amount, rooms.room_through - rooms.room_amount) as placed_amount
            from moving
            inner join rooms
                on (rooms.is_last or moving.moving_through - moving.moving_amount < rooms.room_through)
                and moving.moving_through > rooms.room_through - rooms.room_amount
                {% for column in document %}and moving.{{ column }} = rooms.{{ column }} {% endfor %}
        ),

        changed as (
            select
                {{ key }}, other_document_no, due_order, sum(named_left) as named_amount,
                sum(unnamed_left - moving_amount) + sum(placed_amount) as unnamed_amount, max(laid_order) as laid_order,
                sum(unnamed_before) as unnamed_before, sum(named_before + unnamed_before) as amount_before
            from (
                select
                    {{ key }}, other_document_no, due_order, named_left, unnamed_left, moving_amount, 0 as placed_amount, laid_order,
                    named_amount as named_before, unnamed_amount as unnamed_before
                from exceeding
                union all
                select {{ key }}, other_document_no, due_order, 0, 0, 0, placed_amount, 0, 0, 0
                from placed
            ) as left_and_placed
            group by {{ key }}, other_document_no, due_order
        )

        select {{ key }}, application_order, null, null, 0, 0, 0, 0
        from today
        union all
        select
            {% for column in document %}changed.{{ column }}, {% endfor %}today.application_order, changed.other_document_no, changed.due_order,
            changed.named_amount, changed.unnamed_amount,
            case when changed.unnamed_amount > changed.unnamed_before then today.application_order else changed.laid_order end,
            changed.named_amount + changed.unnamed_amount - changed.amount_before
        from changed
        inner join today on {% for column in document %}changed.{{ column }} = today.{{ column }}{{ " and " if not loop.last }}{% endfor %}
        where changed.named_amount <> 0 or changed.unnamed_amount <> 0 or changed.named_amount + changed.unnamed_amount <> changed.amount_before
    )
)

select
    receipt_allocation,
    instalment_allocation,
    company_code,
    document_no,
    application_order,
    other_document_no,
    due_order,
    cast(moved_amount as decimal(18, 2)) as settling_amount
from walked
where moved_amount <> 0
