"""SQL that is put together: names and texts, quoted so that none of them can be anything else, and what queries give."""

from typing import Any

import duckdb


def quoted(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """An SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def whole_number(con: duckdb.DuckDBPyConnection, query: str) -> int:
    """The one number that a query gives, such as a count; 0 without a row."""
    row = con.execute(query).fetchone()
    return int(row[0]) if row else 0


def fetched(con: duckdb.DuckDBPyConnection, query: str, values: object = None) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and rows of a query."""
    found = con.execute(query, values)
    return [name for name, *_ in found.description or []], found.fetchall()
