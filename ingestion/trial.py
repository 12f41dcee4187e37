"""A sender's whole delivery read on trial: every file through its mapping, into a database that is thrown away.

What it finds is what a refresh would find at the door. Nothing of a home is read or written.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb

from ingestion.contract import Contract, load_contracts
from ingestion.errors import DataRefusedError
from ingestion.loader import load_table, unclaimed_files
from ingestion.notes import HARMLESS, registered_notes
from ingestion.profile import Profile
from ingestion.sql import quoted
from ingestion.warehouse import create_raw_tables, open_working

SHOWN_PLACES = 3


@dataclass(frozen=True)
class Reason:
    """Why rows or values were set aside: how often, and the first places."""

    column_name: str | None
    reason: str
    row_count: int
    places: tuple[str, ...]


@dataclass(frozen=True)
class Total:
    """Rows and their amounts of one currency, and of one kind where the table has kinds."""

    kind: str | None
    currency_code: str | None
    row_count: int
    amount: Decimal


@dataclass(frozen=True)
class TriedTable:
    """What a delivery holds for one canonical table. `refused`: why none of it can be loaded; `unmapped`: optional columns that
    the profile does not read."""

    table_name: str
    file_names: tuple[str, ...]
    loaded_row_count: int
    quarantined_row_count: int
    out_of_scope_line_count: int
    reasons: tuple[Reason, ...]
    totals: tuple[Total, ...]
    dates: tuple[str, date | None, date | None] | None
    warnings: tuple[str, ...]
    unmapped: tuple[str, ...]
    refused: str | None = None


@dataclass(frozen=True)
class Trial:
    """A delivery that was tried: its tables, the tables that it does not hold, and files that no mapping takes."""

    tables: tuple[TriedTable, ...]
    absent: tuple[str, ...]
    unclaimed: tuple[str, ...]

    @property
    def is_refused(self) -> bool:
        """Whether a refresh would refuse the delivery at its door."""
        return any(table.refused for table in self.tables)


def tried(profile: Profile, extracts: Path, memory_limit: str, at: datetime) -> Trial:
    """Read all that lies in a folder for a sender. One table that is refused does not keep the others from being read."""
    with tempfile.TemporaryDirectory(prefix="receivables-trial-") as folder, _raw(Path(folder), memory_limit) as con:
        tables = [
            _tried_table(con, contract, profile, extracts, Path(folder) / "archive", at)
            for contract in load_contracts().values()
            if profile.mappings_of(contract)
        ]
    held = tuple(table for table in tables if table.file_names or table.refused)
    absent = tuple(name for name in load_contracts() if name not in {table.table_name for table in held})
    return Trial(held, absent, tuple(unclaimed_files(extracts, profile)))


@contextmanager
def _raw(folder: Path, memory_limit: str) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_working(folder / "trial.duckdb", memory_limit) as con:
        create_raw_tables(con)
        yield con


def _tried_table(
    con: duckdb.DuckDBPyConnection, contract: Contract, profile: Profile, extracts: Path, archive: Path, at: datetime
) -> TriedTable:
    refused = None
    try:
        load_table(con, contract, profile, extracts, archive, at)
    except DataRefusedError as error:
        refused = str(error)
    names, counts = _loads(con, contract)
    return TriedTable(
        contract.name, names, *counts, _reasons(con, contract), _totals(con, contract), _dates(con, contract),
        _warnings(con, contract), _unmapped(contract, profile), refused,
    )  # fmt: skip


def _loads(con: duckdb.DuckDBPyConnection, contract: Contract) -> tuple[tuple[str, ...], tuple[int, int, int]]:
    rows = con.execute(
        "select file_name, loaded_row_count, quarantined_row_count, out_of_scope_line_count from raw.loads "
        "where table_name = ? order by load_id",
        [contract.name],
    ).fetchall()
    loaded, quarantined, out_of_scope = (sum(row[at] for row in rows) for at in (1, 2, 3))
    return tuple(dict.fromkeys(row[0] for row in rows)), (loaded, quarantined, out_of_scope)


def _reasons(con: duckdb.DuckDBPyConnection, contract: Contract) -> tuple[Reason, ...]:
    rows = con.execute(
        """select column_name, reason, count(*),
            list(file_name || ' line ' || line_number || coalesce(': ' || left("value", 40), '') order by load_id, line_number)
        from (
            select *, row_number() over (partition by column_name, reason order by load_id, line_number) as place
            from raw.quarantined_rows where table_name = ?
        )
        group by column_name, reason order by count(*) desc, column_name, reason""",
        [contract.name],
    ).fetchall()
    return tuple(Reason(column, reason, count, tuple(places[:SHOWN_PLACES])) for column, reason, count, places in rows)


def _totals(con: duckdb.DuckDBPyConnection, contract: Contract) -> tuple[Total, ...]:
    if contract.amount_column is None:
        return ()
    kind = next((quoted(c.name) for c in contract.columns if c.name.endswith("_type") and c.required), "null::varchar")
    currency = "currency_code" if contract.has_currency else "null::varchar"
    rows = con.execute(
        f"select {kind}, {currency}, count(*), coalesce(sum({quoted(contract.amount_column)}), 0) "
        f"from raw.{quoted(contract.raw_name)} group by 1, 2 order by 1, 2"
    ).fetchall()
    return tuple(Total(*row) for row in rows)


def _dates(con: duckdb.DuckDBPyConnection, contract: Contract) -> tuple[str, date | None, date | None] | None:
    """The first date that every row has, from the earliest to the latest."""
    name = next((column.name for column in contract.columns if column.type == "date" and column.required), None)
    if name is None:
        return None
    first, last = con.execute(
        f"select min({quoted(name)}), max({quoted(name)}) from raw.{quoted(contract.raw_name)}"
    ).fetchone() or (None, None)
    return name, first, last


def _warnings(con: duckdb.DuckDBPyConnection, contract: Contract) -> tuple[str, ...]:
    notes = [note for of_load in registered_notes(con, contract.name).values() for note in of_load]
    return tuple(dict.fromkeys(note.told for note in notes if note.kind_code not in HARMLESS))


def _unmapped(contract: Contract, profile: Profile) -> tuple[str, ...]:
    mappings = [mapping.columns for mapping in profile.mappings_of(contract)]
    read = {name for columns in mappings if columns != "same_names" for name in columns}
    return () if "same_names" in mappings else tuple(column.name for column in contract.columns if column.name not in read)
