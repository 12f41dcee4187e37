"""Load one canonical table from a sender's folder: archive, read, judge, append to raw or quarantine, register.

Each file and mapping is one load in one transaction, so a killed process leaves it done or not begun. The same file under the
same mapping is never loaded twice.
"""

import hashlib
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from ingestion.archive import archive_file
from ingestion.casting import judged_rows
from ingestion.contract import Contract
from ingestion.errors import DataRefusedError
from ingestion.notes import notes_of_header, notes_of_values, register_notes
from ingestion.profile import Profile, TableMapping
from ingestion.readers import FileShape, read_file
from ingestion.sql import literal, quoted, whole_number
from ingestion.warehouse import append_rows, transaction


@dataclass(frozen=True)
class Load:
    """What became of one file for one table. Rows: delivered = loaded + quarantined."""

    load_id: int
    table_name: str
    file_name: str
    delivered_row_count: int
    loaded_row_count: int
    quarantined_row_count: int


@dataclass(frozen=True)
class TableDelivery:
    """What a refresh found for one table: loads made now, and files that had been loaded before."""

    loads: tuple[Load, ...]
    known_file_count: int


def load_table(
    con: duckdb.DuckDBPyConnection, contract: Contract, profile: Profile, extracts: Path, archive: Path, loaded_at: datetime
) -> TableDelivery:
    """Load every new file that the profile maps to the contract's table, in the order of their names."""
    loads, known = [], 0
    for mapping in profile.mappings_of(contract):
        for path in matching_files(extracts, mapping):
            load = _load_file(con, contract, profile, mapping, path, file_name_of(path, extracts), archive, loaded_at)
            if load is None:
                known += 1
            else:
                loads.append(load)
    return TableDelivery(tuple(loads), known)


def registered_loads(con: duckdb.DuckDBPyConnection, contract: Contract) -> list[Load]:
    """Every load of a contract's table so far, oldest first."""
    rows = con.execute(
        "select load_id, table_name, file_name, delivered_row_count, loaded_row_count, quarantined_row_count "
        "from raw.loads where table_name = ? order by load_id",
        [contract.name],
    ).fetchall()
    return [Load(*row) for row in rows]


def matching_files(extracts: Path, mapping: TableMapping) -> list[Path]:
    """The files of a mapping's pattern, sorted by name."""
    return sorted(path for path in extracts.glob(mapping.files) if path.is_file())


def unclaimed_files(extracts: Path, profile: Profile) -> list[str]:
    """Files in the folder that no pattern of the profile matches: told to the user, never loaded by guess."""
    claimed = {path for mapping in profile.tables for path in matching_files(extracts, mapping)}
    everything = (path for path in extracts.rglob("*") if path.is_file() and not path.name.startswith("."))
    return sorted(file_name_of(path, extracts) for path in everything if path not in claimed)


def file_name_of(path: Path, extracts: Path) -> str:
    """A file's name in the sender's folder; bytes that are no UTF-8 (a GBK name) are written out, as \\xb9."""
    return os.fsencode(path.relative_to(extracts).as_posix()).decode("utf-8", "backslashreplace")


def refuse_without_documents(extracts: Path, profile: Profile) -> None:
    """Refuse a folder that is missing or holds no receivable documents: the one table that no sender may lack."""
    if not extracts.is_dir():
        raise DataRefusedError(f"The extracts folder {extracts} does not exist.", "name the sender's folder with --extracts DIR")
    mappings = [mapping for mapping in profile.tables if mapping.table == "erp.documents"]
    if not any(matching_files(extracts, mapping) for mapping in mappings):
        patterns = " or ".join(mapping.files for mapping in mappings)
        raise DataRefusedError(
            f"{extracts} holds no file of receivable documents (profile {profile.name!r} looks for {patterns}).",
            "name the right folder with --extracts DIR, or the right sender with --profile NAME",
        )


def _load_file(
    con: duckdb.DuckDBPyConnection, contract: Contract, profile: Profile, mapping: TableMapping, path: Path, file_name: str,
    archive: Path, loaded_at: datetime,
) -> Load | None:  # fmt: skip
    """One load, or None when this file was loaded under this mapping before."""
    sha256, copy = archive_file(archive, path)
    mapping_sha256 = hashlib.sha256((contract.rules_json() + mapping.model_dump_json()).encode()).hexdigest()
    known = con.execute(
        "select 1 from raw.loads where table_name = ? and file_sha256 = ? and mapping_sha256 = ?",
        [contract.name, sha256, mapping_sha256],
    ).fetchone()
    if known:
        return None
    shape = read_file(con, copy, file_name, mapping.file_format)
    _refuse_missing_columns(contract, profile, mapping, file_name, shape)
    header_notes = notes_of_header(contract, profile, mapping, file_name, shape)
    _judge(con, contract, profile, mapping, file_name, shape)
    with transaction(con):
        load = _append(con, contract, file_name, sha256)
        register_notes(con, load.load_id, contract.name, [*header_notes, *notes_of_values(con)])
        con.execute(
            "insert into raw.loads select ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, count(*) - ?, ?, ?, ?, ?, null from delivered",
            [load.load_id, contract.name, profile.name, file_name, sha256, mapping_sha256, contract.delivery_mode,
             copy.stat().st_size, shape.line_count, shape.header_line_count, shape.blank_line_count, load.delivered_row_count,
             load.delivered_row_count, load.loaded_row_count, load.quarantined_row_count, loaded_at],
        )  # fmt: skip
    for table in ("lines", "delivered", "judged"):
        con.execute(f"drop table {table}")
    return load


def _refuse_missing_columns(
    contract: Contract, profile: Profile, mapping: TableMapping, file_name: str, shape: FileShape
) -> None:
    """A file without a column that its profile names is another file than the profile describes.

    JSON lines leave out what is null, so there only required columns must appear.
    """
    required = {column.name for column in contract.columns if column.required}
    if mapping.columns == "same_names":
        wanted = required
    else:
        in_every_line = mapping.file_format.format != "jsonl"
        wanted = {c.column for name, c in mapping.columns.items() if c.column and (in_every_line or name in required)}
    missing = sorted(wanted - set(shape.columns))
    if missing and (shape.line_count or mapping.file_format.format != "jsonl"):
        raise DataRefusedError(
            f"{file_name}: does not match profile {profile.name!r} for table {contract.name}: "
            f"no column {', '.join(missing)}; the file has {', '.join(shape.columns) or 'none'}.",
            f"correct the file's header, or the mapping in ingestion/profiles/{profile.name}.yml; nothing of it was loaded",
        )


def _judge(
    con: duckdb.DuckDBPyConnection, contract: Contract, profile: Profile, mapping: TableMapping, file_name: str, shape: FileShape
) -> None:  # fmt: skip
    """Fill `judged`, then mark rows whose key stands on an earlier line of the same file."""
    try:
        con.execute(f"create or replace temp table judged as {judged_rows(contract, mapping, shape.columns)}")
    except duckdb.OutOfMemoryException as error:
        raise DataRefusedError(
            f"{file_name}: needs more memory than this home allows ({str(error).splitlines()[0]}).",
            "give it more with RECEIVABLES_MEMORY_LIMIT, or have the sender deliver smaller files; nothing of it was loaded",
        ) from error
    except (
        duckdb.BinderException, duckdb.ParserException, duckdb.ConversionException, duckdb.InvalidInputException,
        duckdb.OutOfRangeException, duckdb.NotImplementedException,
    ) as error:  # fmt: skip
        raise DataRefusedError(
            f"{file_name}: an expression of profile {profile.name!r} for table {contract.name} cannot be used: "
            f"{str(error).splitlines()[0]}",
            f"correct the mapping in ingestion/profiles/{profile.name}.yml",
        ) from error
    keys = ", ".join(quoted(key) for key in contract.key)
    con.execute(
        f"""update judged set problems = [{{'column_name': null, 'value': {_key_text(contract)},
            'reason': 'has the same key as line ' || twice.first_line || ' of the same file'}}]
        from (select {keys}, min(line_number) as first_line from judged where len(problems) = 0
              group by {keys} having count(*) > 1) as twice
        where len(judged.problems) = 0 and judged.line_number > twice.first_line
          and {" and ".join(f"judged.{quoted(key)} = twice.{quoted(key)}" for key in contract.key)}"""
    )


def _key_text(contract: Contract) -> str:
    """SQL of a judged row's key as one text; null when a part of it could not be read."""
    return " || ', ' || ".join(f"{literal(key + '=')} || judged.{quoted(key)}::varchar" for key in contract.key)


def _append(con: duckdb.DuckDBPyConnection, contract: Contract, file_name: str, sha256: str) -> Load:
    load_id = whole_number(con, "select coalesce(max(load_id), 0) + 1 from raw.loads")
    append_rows(con, contract, "judged where len(problems) = 0", load_id, sha256, is_corrected=False)
    amount = f"case when is_amount_sure then {quoted(contract.amount_column)} end" if contract.amount_column else "null"
    currency = "case when is_amount_sure or is_split then currency_code end" if contract.has_currency else "null"
    values = ", ".join(f"{literal(column.name)}: {quoted(column.name)}::varchar" for column in contract.columns)
    con.execute(
        f"""insert into raw.quarantined_rows
        select ?, ?, ?, ?, bad.line_number, bad.problem.column_name, bad.problem.value, bad.problem.reason, lines.line,
            bad.key_text, bad.amount, bad.currency_code, null, bad.row_values, bad.is_row_loaded
        from (
            select line_number, unnest(list_concat(problems, left_out)) as problem, len(problems) = 0 as is_row_loaded,
                {_key_text(contract)} as key_text,
                {amount} as amount, {currency} as currency_code,
                case when is_split then to_json({{{values}}}) end as row_values
            from judged where len(problems) > 0 or len(left_out) > 0
        ) as bad
        join lines on lines.rowid = bad.line_number - 1
        order by bad.line_number""",
        [load_id, contract.name, file_name, sha256],
    )
    # What was set aside before is mended when a later load brings a good row of the same key.
    con.execute(
        f"""update raw.quarantined_rows set mended_by_load_id = $load_id
        where table_name = $table_name and load_id < $load_id and mended_by_load_id is null
            and key_text in (
                select {_key_text(contract)} from judged
                where len(problems) = 0 and (len(left_out) = 0 or not coalesce(is_row_loaded, false))
            )""",
        {"load_id": load_id, "table_name": contract.name},
    )
    delivered = whole_number(con, "select count(*) from judged")
    loaded = whole_number(con, f"select count(*) from raw.{quoted(contract.raw_name)} where _load_id = {load_id}")
    quarantined = whole_number(
        con, f"select count(distinct line_number) from raw.quarantined_rows where load_id = {load_id} and not is_row_loaded"
    )
    if delivered != loaded + quarantined:
        raise DataRefusedError(
            f"{file_name}: {delivered} rows delivered but {loaded} loaded and {quarantined} quarantined.",
            "report this file; nothing of it was loaded",
        )
    return Load(load_id, contract.name, file_name, delivered, loaded, quarantined)
