"""Records that go on over several lines because a quoted field holds a line break: found, and made one line of `lines`.

A record keeps the number of the line on which it begins. A quote that is not closed costs its own line and no other: a record
never goes on over a line that is whole by itself, and what is put together must have the header's number of fields.
"""

import duckdb

from ingestion.sql import literal, whole_number

MAX_RECORD_LINES = 1000


def join_continued(con: duckdb.DuckDBPyConnection, quote: str, fields: str, field_count: int, unclosed: str, longest: int) -> int:
    """Put records together that `delivered` holds in pieces; how many lines went into one above them.

    `fields` is SQL that splits `line`; `unclosed` the problem of a line whose quotes do not add up. Fills `continued`: the first
    and last line of each such record.
    """
    # A line with an odd number of quotes opens a field or closes one.
    is_odd = f"(strlen(line) - strlen(replace(line, {literal(quote)}, ''))) % 2 = 1"
    con.execute(
        f"""create or replace temp table pieces as
        with marks as (
            select line_number, false as is_odd from delivered where reader_problem is null
            union all
            select line_number, true from delivered inner join lines on lines.rowid = line_number - 1
            where reader_problem = {literal(unclosed)} and {is_odd}
        ),
        neighbours as (
            select line_number as first_line, lead(line_number) over by_line as last_line, is_odd,
                lead(is_odd) over by_line as is_next_odd
            from marks window by_line as (order by line_number)
        )
        select first_line, last_line, unnest(range(first_line, last_line + 1)) as line_number from neighbours
        where is_odd and is_next_odd and last_line - first_line < {MAX_RECORD_LINES}"""
    )
    # Of two that share a line, the upper one closes there, and the lower one does not begin.
    con.execute(
        f"""create or replace temp table continued as
        with texts as (
            select first_line, last_line, list({{'line_number': line_number, 'line': coalesce(line, '')}}) as parts
            from pieces inner join lines on lines.rowid = line_number - 1
            group by first_line, last_line having sum(coalesce(length(line), 0) + 1) <= {longest}
        ),
        joined as (
            select first_line, last_line,
                array_to_string(list_transform(list_sort(parts), lambda part: part.line), chr(10)) as line
            from texts
        ),
        whole as (
            select *, row_number() over (order by first_line) as place,
                lag(last_line) over (order by first_line) is distinct from first_line as is_apart
            from joined where len({fields}) = {field_count}
        ),
        chains as (
            select *, max(case when is_apart then place end) over (order by first_line) as begins_at from whole
        )
        select first_line, last_line, line from chains where (place - begins_at) % 2 = 0"""
    )
    con.execute("drop table pieces")
    con.execute(
        """update lines set line = part.line
        from (
            select line_number, case when line_number = first_line then line end as line
            from (select *, unnest(range(first_line, last_line + 1)) as line_number from continued)
        ) as part
        where lines.rowid = part.line_number - 1"""
    )
    con.execute("delete from delivered where line_number in (select unnest(range(first_line, last_line + 1)) from continued)")
    return whole_number(con, "select coalesce(sum(last_line - first_line), 0) from continued")
