"""Content hashes of tables: equal for equal rows in any order, on any machine. Reads tables; decides nothing."""

import hashlib

import duckdb

from ingestion.readers import quoted


def table_hash(con: duckdb.DuckDBPyConnection, table: str) -> str:
    """SHA-256 over the table's columns, row count and the combined MD5 of its rows.

    Rows are combined by exclusive or (order does not matter) and by a sum of their upper halves (equal rows do not cancel out).
    """
    columns = con.execute(f"describe {table}").fetchall()
    names = ", ".join(f"coalesce({quoted(name)}::varchar, chr(0))" for name, *_ in columns)
    digest = con.execute(
        f"""with hashed as (select md5_number(concat_ws(chr(1), {names})) as row_hash from {table})
        select count(*), coalesce(bit_xor(row_hash), 0)::varchar, coalesce(sum((row_hash >> 64)::hugeint), 0)::varchar
        from hashed"""
    ).fetchone()
    header = [(name, sql_type) for name, sql_type, *_ in columns]
    return hashlib.sha256(repr((header, digest)).encode()).hexdigest()


def table_hashes(con: duckdb.DuckDBPyConnection, schema: str) -> dict[str, str]:
    """Content hash of every table of a schema, by table name."""
    tables = con.execute(
        "select table_name from information_schema.tables where table_schema = ? order by table_name", [schema]
    ).fetchall()
    return {name: table_hash(con, f"{quoted(schema)}.{quoted(name)}") for (name,) in tables}


def combined_hash(parts: object) -> str:
    """SHA-256 of a value made of strings, numbers, lists and sorted dicts."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()
