"""Content hashes of tables and files: equal for equal content in any order, on any machine. Reads; decides nothing."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import duckdb

from ingestion.archive import fingerprint
from ingestion.sql import quoted


def table_hash(con: duckdb.DuckDBPyConnection, table: str) -> str:
    """SHA-256 over the table's columns, row count and the combined MD5 of its rows.

    Rows are combined by exclusive or (order does not matter) and by a sum of their upper halves (equal rows do not cancel out).
    """
    columns = con.execute(f"describe {table}").fetchall()
    row_text = _row_text([name for name, *_ in columns])
    digest = con.execute(
        f"""with hashed as (select md5_number({row_text}) as row_hash from {table})
        select count(*), coalesce(bit_xor(row_hash), 0)::varchar, coalesce(sum((row_hash >> 64)::hugeint), 0)::varchar
        from hashed"""
    ).fetchone()
    header = [(name, sql_type) for name, sql_type, *_ in columns]
    return hashlib.sha256(repr((header, digest)).encode()).hexdigest()


def _row_text(columns: Iterable[str]) -> str:
    """A row as one text, in which null is another than empty."""
    return f"concat_ws(chr(1), {', '.join(f'coalesce({quoted(name)}::varchar, chr(0))' for name in columns)})"


def keyed_columns(con: duckdb.DuckDBPyConnection, schema: str, key: str) -> dict[str, list[str]]:
    """Columns of a schema's tables that have a key column, by table."""
    rows = con.execute(
        "select table_name, column_name from information_schema.columns where table_schema = ? "
        "order by table_name, ordinal_position",
        [schema],
    ).fetchall()
    columns: dict[str, list[str]] = defaultdict(list)
    for table, column in rows:
        columns[table].append(column)
    return {table: found for table, found in columns.items() if key in found}


def version_hashes(
    con: duckdb.DuckDBPyConnection, schema: str, key: str, told: Mapping[str, Sequence[str]] | None = None
) -> dict[str, str]:
    """Content hash of what a schema's tables say of each value of a key column, by value, leaving tables without it out.

    `told`: the columns to look at, by table [default: all that there are].
    """
    parts: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for name, present in keyed_columns(con, schema, key).items():
        columns = present if told is None else [column for column in told.get(name, ()) if column in present]
        if not columns:
            continue
        table = f"{quoted(schema)}.{quoted(name)}"
        for value, digest in con.execute(
            f"select {quoted(key)}, md5(string_agg(row_text, chr(10) order by row_text)) "
            f"from (select {quoted(key)}, {_row_text(columns)} as row_text from {table}) group by 1"
        ).fetchall():
            parts[value].append((name, *map(quoted, columns), digest))
    return {value: combined_hash(found) for value, found in parts.items()}


def table_hashes(con: duckdb.DuckDBPyConnection, schema: str, database: str | None = None) -> dict[str, str]:
    """Content hash of every table of a schema, by table name. `database`: an attached one [default: the one opened]."""
    tables = con.execute(
        "select table_catalog, table_name from information_schema.tables "
        "where table_schema = ? and table_catalog = coalesce(?, current_database()) order by table_name",
        [schema, database],
    ).fetchall()
    return {name: table_hash(con, f"{quoted(catalog)}.{quoted(schema)}.{quoted(name)}") for catalog, name in tables}


def files_hash(folder: Path, files: Iterable[Path]) -> str:
    """SHA-256 of files by their paths within a folder and their bytes, in any order."""
    return combined_hash([(path.relative_to(folder).as_posix(), fingerprint(path)) for path in sorted(files)])


def combined_hash(parts: object) -> str:
    """SHA-256 of a value made of strings, numbers, lists and sorted dicts."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()
