"""What a failed check found, in words: the first rows with their key, and the file and line that they stand on.

Only the few rows that a person needs to find the fault leave the database. What is checked stands in the modules beside this one.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import duckdb

from ingestion.sql import quoted

SHOWN = 3
# Rows that are kept as evidence.
SAMPLE_SIZE = 5
LONGEST_VALUE = 60
# A row of a check's own has few columns, all of them telling; of a model's row only the key and what was checked are told.
FEW_COLUMNS = 8
LOADS, LINES = ("load_id", "_load_id"), ("line_number", "_line_number")
DOCUMENTS, DOCUMENT_KEY = "staging.stg_erp__documents", ("company_code", "document_no")

Row = dict[str, object]


class Connection(Protocol):
    """What DuckDB's connections and those of an SQLAlchemy engine on it have in common."""

    def cursor(self) -> Any:
        """A cursor of its own."""


def rows_found(
    con: Connection, query: str, keys: Sequence[str] = (), checked: Iterable[str] = (), relation: str | None = None
) -> str:
    """How many rows a query gives and the first of them in words; `relation` is where their lines can be looked up by `keys`."""
    count = _all(con, f"select count(*) as n from ({query}) as failing")[0]["n"]
    first = _all(con, f"from ({query}) as failing order by all limit {SHOWN}")
    return listed([_told(con, row, keys, checked, relation) for row in first], int(str(count)))


def listed(told: Sequence[str], count: int) -> str:
    """Examples and how many there are in all: `2 rows: a; b` or `9 rows, such as a; b; c`."""
    rows = f"{count} row" if count == 1 else f"{count} rows"
    return f"{rows}{', such as' if count > len(told) else ':'} {'; '.join(told)}" if told else rows


def printable(value: object) -> str:
    """A value as it can be printed anywhere: one line, no control characters, cut when it is long; `nothing` for null."""
    text = "nothing" if value is None else str(value)
    cut = text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}..."
    return "".join(one if one.isprintable() else one.encode("unicode_escape", "replace").decode() for one in cut)


def _told(con: Connection, row: Row, keys: Sequence[str], checked: Iterable[str], relation: str | None) -> str:
    columns = [column for column in row if column not in LOADS + LINES]
    if len(columns) > FEW_COLUMNS:
        wanted = dict.fromkeys([*keys, *checked, *DOCUMENT_KEY])
        columns = [column for column in wanted if column in row and column not in LOADS + LINES] or columns[:FEW_COLUMNS]
    places = _places(con, row, keys, relation)
    return ", ".join(f"{column}={printable(row[column])}" for column in columns) + (f" ({', '.join(places)})" if places else "")


def _places(con: Connection, row: Row, keys: Sequence[str], relation: str | None) -> list[str]:
    """Files and lines that a row stands on: its own, those of its relation, or its document's."""
    if (place := _place(con, row)) is not None:
        return [place]
    for table, key in ((relation, [key for key in keys if key in row]), (DOCUMENTS, DOCUMENT_KEY)):
        if table and key and set(key) <= row.keys() and (names := _line_columns(con, table)):
            same = " and ".join(f"{quoted(column)} is not distinct from ?" for column in key)
            found = _all(
                con, f"select distinct {', '.join(names)} from {table} where {same} order by all limit {SHOWN}",
                [row[column] for column in key],
            )  # fmt: skip
            if places := [place for one in found if (place := _place(con, one)) is not None]:
                return places
    return []


def _place(con: Connection, row: Row) -> str | None:
    load, line = (next((row[name] for name in names if row.get(name) is not None), None) for names in (LOADS, LINES))
    if load is None:
        return None
    files = _all(con, "select file_name from raw.loads where load_id = ?", [load])
    file = printable(files[0]["file_name"]) if files else f"load {load}"
    return file if line is None else f"{file} line {line}"


def _line_columns(con: Connection, relation: str) -> list[str]:
    """Columns of a relation that say where its rows stand; none unless it has both."""
    try:
        columns = [str(row["column_name"]) for row in _all(con, f"describe {relation}")]
    except duckdb.CatalogException:
        return []
    found = [next((name for name in names if name in columns), None) for names in (LOADS, LINES)]
    return [name for name in found if name] if all(found) else []


def _all(con: Connection, query: str, values: Sequence[object] = ()) -> list[Row]:
    cursor = con.cursor()
    cursor.execute(query, list(values))
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
