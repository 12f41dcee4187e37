"""The working database's raw schema: its tables, and how it is opened. Tables derive from the contracts."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb

from ingestion.contract import Contract, load_contracts
from ingestion.errors import DataRefusedError
from ingestion.sql import quoted

LINEAGE_COLUMNS = {"_load_id": "BIGINT", "_file_sha256": "VARCHAR", "_line_number": "BIGINT", "_is_corrected": "BOOLEAN"}

LOCK_WAIT_SECONDS = 60

LOADS = """create table if not exists raw.loads (
    load_id bigint not null, table_name varchar not null, profile_name varchar not null, file_name varchar not null,
    file_sha256 varchar not null, mapping_sha256 varchar not null, delivery_mode varchar not null, byte_count bigint not null,
    line_count bigint not null, header_line_count bigint not null, blank_line_count bigint not null,
    out_of_scope_line_count bigint not null, delivered_row_count bigint not null, loaded_row_count bigint not null,
    quarantined_row_count bigint not null, loaded_at timestamp not null, mapping_number integer, closed_row_count bigint,
    landed_at timestamp, continued_line_count bigint
)"""

# Which loads make up each delivery of a table. `delivery_id`: the load that completed it. `series_id` and `sequence`: deliveries
# of one series stand in the order of what their files' names say, all others in that in which they came.
DELIVERIES = """create table if not exists raw.deliveries (
    delivery_id bigint not null, load_id bigint not null, table_name varchar not null, profile_name varchar not null,
    series_id bigint not null, sequence varchar
)"""

QUARANTINED_ROWS = """create table if not exists raw.quarantined_rows (
    load_id bigint not null, table_name varchar not null, file_name varchar not null, file_sha256 varchar not null,
    line_number bigint not null, column_name varchar, value varchar, reason varchar not null, line_text varchar
)"""

LANDING_NOTES = """create table if not exists raw.landing_notes (
    load_id bigint not null, table_name varchar not null, kind_code varchar not null, column_name varchar,
    value_count bigint not null, told varchar not null
)"""

# Numbers up to the one noted here were given out before, whatever became of the loads that had them.
LAST_NUMBER = """create schema if not exists numbering;
create table if not exists numbering.last_load as select 0::bigint as load_id"""

# What an earlier release did not note of loads and quarantined rows; null in what it loaded and set aside.
ADDITIONS = {
    "loads": {
        "mapping_number": "integer", "closed_row_count": "bigint", "landed_at": "timestamp", "continued_line_count": "bigint",
    },
    "quarantined_rows": {
        "key_text": "varchar", "amount": "decimal(18, 2)", "currency_code": "varchar", "mended_by_load_id": "bigint",
        "row_values": "varchar", "is_row_loaded": "boolean",
    },
}  # fmt: skip


@contextmanager
def open_working(path: Path, memory_limit: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """The working database, closed on the way out; refused with the reason when another process goes on holding it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    con = _connect(path)
    try:
        con.execute("set enable_progress_bar = false")
        con.execute("set memory_limit = ?", [memory_limit])
        con.execute("set temp_directory = ?", [str(path.with_suffix(".spill"))])
        yield con
    finally:
        con.close()


def _connect(path: Path) -> duckdb.DuckDBPyConnection:
    """Wait a while for the file's lock, such as of a build that is ending with its killed parent."""
    for seconds_left in reversed(range(LOCK_WAIT_SECONDS)):
        try:
            return duckdb.connect(str(path))
        except duckdb.IOException as error:
            told = f"Cannot open {path}: {str(error).splitlines()[0]}"
            if "lock" not in str(error):
                fix = "if it is damaged, run `receivables restore`: it loads every archived file into a new one"
                raise DataRefusedError(told, fix) from error
            if seconds_left == 0:
                raise DataRefusedError(told, "wait for the other command to end, then run this again") from error
            time.sleep(1)
    raise AssertionError("unreachable")


def log_beside(database: Path) -> Path:
    """Where DuckDB keeps what is not yet in a database's file: its write-ahead log, which is read with it."""
    return database.with_name(f"{database.name}.wal")


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All that is done within, or nothing of it."""
    con.begin()
    try:
        yield
        con.commit()
    except BaseException:
        con.rollback()
        raise


def append_rows(
    con: duckdb.DuckDBPyConnection, contract: Contract, judged: str, load_id: int, sha256: str, *, is_corrected: bool
) -> None:
    """Add judged rows, a relation with their line_number, to the contract's raw table under a load and its file."""
    names = ", ".join(quoted(column.name) for column in contract.columns)
    con.execute(
        f"insert into raw.{quoted(contract.raw_name)} ({names}, {', '.join(LINEAGE_COLUMNS)}) "
        f"select {names}, ?, ?, line_number, ? from {judged} order by line_number",
        [load_id, sha256, is_corrected],
    )


def create_raw_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Every contract's raw table, the registers of loads and deliveries and the quarantine, where they do not exist yet.

    A table of an earlier release gains the columns that have come to it; they are null in what was loaded before, and each load
    of that release was a delivery.
    """
    con.execute("create schema if not exists raw")
    for statement in (LOADS, DELIVERIES, QUARANTINED_ROWS, LANDING_NOTES, LAST_NUMBER):
        con.execute(statement)
    for register, additions in ADDITIONS.items():
        for name, sql_type in additions.items():
            con.execute(f"alter table raw.{register} add column if not exists {name} {sql_type}")
    con.execute(
        "insert into raw.deliveries select load_id, load_id, table_name, profile_name, load_id, null from raw.loads "
        "where load_id not in (select load_id from raw.deliveries)"
    )
    present = con.execute("select table_name, column_name from duckdb_columns() where schema_name = 'raw'").fetchall()
    for contract in load_contracts().values():
        table = f"raw.{quoted(contract.raw_name)}"
        columns = {column.name: column.sql_type for column in contract.columns} | LINEAGE_COLUMNS
        missing = {name: sql_type for name, sql_type in columns.items() if (contract.raw_name, name) not in present}
        if missing == columns:
            con.execute(f"create table {table} ({', '.join(f'{quoted(name)} {sql_type}' for name, sql_type in columns.items())})")
        else:
            for name, sql_type in missing.items():
                con.execute(f"alter table {table} add column {quoted(name)} {sql_type}")


def number_after(con: duckdb.DuckDBPyConnection, load_id: int) -> None:
    """Have the next load numbered above a number that was given out before, though no load here may have it."""
    con.execute("update numbering.last_load set load_id = ? where load_id <> ?", [load_id, load_id])


def ask_for(con: duckdb.DuckDBPyConnection, as_of_date: date, project_state: str) -> None:
    """Note the as-of date to build for, by which state of the dbt project, and that all loads so far are known.

    What was loaded since the last time has landed together, also when a refresh was killed in between and another went on.
    """
    con.execute(
        "update raw.loads set landed_at = (select max(loaded_at) from raw.loads where landed_at is null) where landed_at is null"
    )
    con.execute(
        """create or replace table raw.refresh as
        select ?::date as as_of_date, coalesce(max(load_id), 0) as known_through, ? as project_state from raw.loads""",
        [as_of_date, project_state],
    )
