"""Load one canonical table from a sender's folder: archive, read, judge, append to raw or quarantine, register.

Each delivery (deliveries.py) is one transaction, so a killed process leaves it done or not begun. Each of its files, under its
mapping, is one load. A file that still lies there as it was last loaded is not read again.
"""

import hashlib
import math
import re
from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb

from ingestion.archive import archive_file
from ingestion.casting import judged_rows
from ingestion.contract import Contract
from ingestion.deliveries import DeliveredFile, file_name_of, file_sets, matching_files, register_delivery
from ingestion.errors import DataRefusedError, NameRefusedError
from ingestion.formats import digits_pattern, negative_pattern, signed_pattern, thousands_pattern, units_pattern, unsigned_pattern
from ingestion.header import places_of
from ingestion.notes import Note, notes_of_header, notes_of_values, register_notes
from ingestion.profile import Profile, TableMapping
from ingestion.readers import FileShape, read_file
from ingestion.sql import literal, quoted, whole_number
from ingestion.texts import python_pattern
from ingestion.warehouse import append_rows, transaction


@dataclass(frozen=True)
class Load:
    """What became of one file for one table. Rows: delivered = loaded + quarantined.

    `closed_row_count`: rows that stood before the delivery that this load completes and do not any more; None when it completes
    none. `mapping_sha256`: of all that decided how the file became rows.
    """

    load_id: int
    table_name: str
    profile_name: str
    mapping_number: int
    file_name: str
    file_sha256: str
    mapping_sha256: str
    delivered_row_count: int
    loaded_row_count: int
    quarantined_row_count: int
    closed_row_count: int | None


@dataclass(frozen=True)
class TableDelivery:
    """What a refresh found for one table: loads made now, and files that still lie there as they were loaded before."""

    loads: tuple[Load, ...]
    known_file_count: int


@dataclass(frozen=True)
class _ReadFile:
    """A file that was read and judged, not yet appended; its tables' names end in `number`."""

    file: DeliveredFile
    sha256: str
    byte_count: int
    shape: FileShape
    notes: tuple[Note, ...]
    number: int


def load_table(
    con: duckdb.DuckDBPyConnection, contract: Contract, profile: Profile, extracts: Path, archive: Path, loaded_at: datetime
) -> TableDelivery:
    """Load every delivery of the contract's table that lies there, in their order, with those of its files that are new."""
    sets = file_sets(contract, profile, extracts)
    files = [file for one in sets for file in one]
    archived = {file: archive_file(archive, file.path) for file in files}
    last = _last_loads(con, contract, profile) if files else {}
    load_ids: dict[DeliveredFile, int | None] = {}
    for file in files:
        load_id, *fingerprints = last.get((file.name, file.mapping_number), (None, "", ""))
        # The same bytes under the same mapping as at its last load: the file still lies there.
        is_known = fingerprints == [archived[file][0], _mapping_sha256(contract, file.mapping)]
        load_ids[file] = load_id if is_known else None
    known_file_count = sum(load_id is not None for load_id in load_ids.values())
    made: list[int] = []
    for one in sets:
        new = [file for file in one if load_ids[file] is None]
        if not new:
            continue
        read = [_read(con, contract, profile, file, *archived[file], number) for number, file in enumerate(new)]
        with transaction(con):
            for ready in read:
                made.append(_append(con, contract, profile, ready, loaded_at))
                load_ids[ready.file] = made[-1]
            members = [load_id for file in one if (load_id := load_ids[file]) is not None]
            register_delivery(con, contract, profile.name, members, one[0].sequence)
    loads = [load for load in registered_loads(con, contract) if load.load_id in made] if made else []
    return TableDelivery(tuple(loads), known_file_count)


def load_again(
    con: duckdb.DuckDBPyConnection, contract: Contract, profile: Profile, file: DeliveredFile, archive: Path, loaded_at: datetime,
    delivery: Collection[int],
) -> Load:  # fmt: skip
    """Load a file whatever was loaded before, and register the delivery when this load completes it (`delivery`: its loads)."""
    read = _read(con, contract, profile, file, *archive_file(archive, file.path), 0)
    with transaction(con):
        load_id = _append(con, contract, profile, read, loaded_at)
        if load_id == max(delivery):
            register_delivery(con, contract, profile.name, delivery, file.sequence)
    return next(load for load in registered_loads(con, contract) if load.load_id == load_id)


def registered_loads(con: duckdb.DuckDBPyConnection, contract: Contract) -> list[Load]:
    """Every load of a contract's table so far, oldest first."""
    columns = ", ".join(field.name for field in fields(Load))
    rows = con.execute(f"select {columns} from raw.loads where table_name = ? order by load_id", [contract.name]).fetchall()
    return [Load(*row) for row in rows]


def unclaimed_files(extracts: Path, profile: Profile) -> list[str]:
    """Files in the folder that no pattern of the profile matches: told to the user, never loaded by guess."""
    claimed = {path for mapping in profile.tables for path in matching_files(extracts, mapping)}
    everything = (path for path in extracts.rglob("*") if path.is_file() and not path.name.startswith("."))
    return sorted(file_name_of(path, extracts) for path in everything if path not in claimed)


def refuse_without_documents(extracts: Path, profile: Profile) -> None:
    """Refuse a folder that is missing or holds no receivable documents: the one table that no sender may lack."""
    if not extracts.is_dir():
        raise NameRefusedError(f"The extracts folder {extracts} does not exist.", "name the sender's folder with --extracts DIR")
    mappings = [mapping for mapping in profile.tables if mapping.table == "erp.documents"]
    if not any(matching_files(extracts, mapping) for mapping in mappings):
        patterns = " or ".join(mapping.files for mapping in mappings)
        raise DataRefusedError(
            f"{extracts} holds no file of receivable documents (profile {profile.name!r} looks for {patterns}).",
            "name the right folder with --extracts DIR, or the right sender with --profile NAME",
        )


def _mapping_sha256(contract: Contract, mapping: TableMapping) -> str:
    """Fingerprint of all that decides how a file becomes rows."""
    return hashlib.sha256((contract.rules_json() + mapping.model_dump_json()).encode()).hexdigest()


def _last_loads(
    con: duckdb.DuckDBPyConnection, contract: Contract, profile: Profile
) -> dict[tuple[str, int], tuple[int, str, str]]:
    """The last load of each name under each mapping: its number, and the fingerprints of bytes and mapping."""
    rows = con.execute(
        "select file_name, mapping_number, load_id, file_sha256, mapping_sha256 from raw.loads "
        "where table_name = ? and profile_name = ? order by load_id",
        [contract.name, profile.name],
    ).fetchall()
    return {(name, number): (load_id, file, mapping) for name, number, load_id, file, mapping in rows}


def _read(
    con: duckdb.DuckDBPyConnection, contract: Contract, profile: Profile, file: DeliveredFile, sha256: str, copy: Path,
    number: int,
) -> _ReadFile:  # fmt: skip
    """Read and judge a file into tables of its own. Not within a transaction: lines have their numbers only when it ends."""
    shape = read_file(con, copy, file.name, file.mapping.file_format)
    _refuse_missing_columns(contract, profile, file.mapping, file.name, shape)
    header_notes = notes_of_header(contract, profile, file.mapping, file.name, shape)
    _judge(con, contract, profile, file.mapping, file.name, shape)
    notes = (*header_notes, *notes_of_values(con))
    for table in ("lines", "delivered", "judged"):
        con.execute(f"drop table if exists {table}_{number}")
        con.execute(f"alter table {table} rename to {table}_{number}")
    return _ReadFile(file, sha256, copy.stat().st_size, shape, notes, number)


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
    for name in sorted({column.name for column in contract.columns} if mapping.columns == "same_names" else wanted):
        if name not in shape.columns and (places := places_of(name, shape.columns)):
            why = f"stands {len(places)} times in the header" if len(places) > 1 else "has the name of the readers' own"
            raise DataRefusedError(
                f"{file_name}, line {mapping.file_format.header_line}: column {name} {why}.",
                f"name {' or '.join(places)} in ingestion/profiles/{profile.name}.yml; nothing of it was loaded",
            )
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
    if mapping.trailer is not None:
        _check_trailer(con, contract, mapping, file_name)
    keys = ", ".join(quoted(key) for key in contract.key)
    con.execute(
        f"""update judged set problems = [{{'column_name': null, 'value': {_key_text(contract)},
            'reason': 'has the same key as line ' || twice.first_line || ' of the same file'}}]
        from (select {keys}, min(line_number) as first_line from judged where len(problems) = 0
              group by {keys} having count(*) > 1) as twice
        where len(judged.problems) = 0 and judged.line_number > twice.first_line
          and {" and ".join(f"judged.{quoted(key)} = twice.{quoted(key)}" for key in contract.key)}"""
    )


def _check_trailer(con: duckdb.DuckDBPyConnection, contract: Contract, mapping: TableMapping, file_name: str) -> None:
    """Take the trailer out of what is judged. Refused when it is not the last line, or says other than the rows do."""
    trailer = re.compile(mapping.trailer.line) if mapping.trailer else re.compile("")
    fix = "ask the sender for the whole file, or correct `trailer` in the profile; nothing of it was loaded"
    number, line = con.execute(
        "select max(rowid) + 1, max_by(line, rowid) from lines where trim(coalesce(line, '')) <> ''"
    ).fetchone() or (None, None)
    found = trailer.fullmatch(line.strip()) if line else None
    if found is None:
        raise DataRefusedError(f"{file_name}, line {number}: the last line is not the trailer; the file may be cut.", fix)
    con.execute("delete from judged where line_number = ?", [number])
    amount = quoted(contract.amount_column) if contract.amount_column else "null::decimal(18, 2)"
    rows, total, without = con.execute(
        f"select count(*), coalesce(sum({amount}), 0), count(*) filter ({amount} is null) from judged"
    ).fetchone() or (0, 0, 0)
    told = found.groupdict()
    if told.get("rows") is not None and int(told["rows"]) != rows:
        raise DataRefusedError(
            f"{file_name}, line {number}: the trailer counts {int(told['rows'])} rows, the file has {rows}.", fix
        )
    # A total is compared where every amount can be read; those that cannot are quarantined, and told as such.
    if told.get("amount") is not None and not without and _decimal(told["amount"], mapping, file_name, number) != total:
        raise DataRefusedError(
            f"{file_name}, line {number}: the trailer's amounts come to {told['amount']}, those of the rows to {total}.", fix
        )


def _decimal(text: str, mapping: TableMapping, file_name: str, line_number: int) -> Decimal:
    """An amount of the trailer, written as those of the file."""
    form = mapping.file_format
    unsigned = unsigned_pattern(form.decimal_separator, form.thousands_separator, form.digit_grouping)
    pattern = signed_pattern(unsigned, form.number_signs, form.number_units)
    if re.fullmatch(python_pattern(pattern), text, re.ASCII) is None:
        raise DataRefusedError(
            f"{file_name}, line {line_number}: {text!r} in the trailer is not an amount.", "correct `trailer` in the profile"
        )
    units = re.findall(python_pattern(units_pattern(form.number_units)), text) if form.number_units else []
    bare = re.sub(python_pattern(units_pattern(form.number_units)), "", text) if units else text
    found = re.search(python_pattern(digits_pattern(form.decimal_separator, form.thousands_separator)), bare, re.ASCII)
    digits = found.group() if found else ""
    mark = python_pattern(thousands_pattern(form.thousands_separator)) if form.thousands_separator else "(?!)"
    amount = Decimal(re.sub(mark, "", digits).replace(form.decimal_separator, "."))
    sign = -1 if re.search(negative_pattern(form.number_signs), bare) else 1
    return sign * amount * math.prod(form.number_units[unit] for unit in units)


def _key_text(contract: Contract) -> str:
    """SQL of a judged row's key as one text; null when a part of it could not be read."""
    return " || ', ' || ".join(f"{literal(key + '=')} || judged.{quoted(key)}::varchar" for key in contract.key)


def _append(con: duckdb.DuckDBPyConnection, contract: Contract, profile: Profile, read: _ReadFile, loaded_at: datetime) -> int:
    """One load, within the transaction of its delivery; its number."""
    load_id = whole_number(
        con, "select greatest(coalesce(max(load_id), 0), (select load_id from numbering.last_load)) + 1 from raw.loads"
    )
    file_name, judged = read.file.name, f"judged_{read.number}"
    append_rows(con, contract, f"{judged} where len(problems) = 0", load_id, read.sha256, is_corrected=False)
    _set_aside(con, contract, read, load_id)
    delivered = whole_number(con, f"select count(*) from {judged}")
    loaded = whole_number(con, f"select count(*) from raw.{quoted(contract.raw_name)} where _load_id = {load_id}")
    quarantined = whole_number(
        con, f"select count(distinct line_number) from raw.quarantined_rows where load_id = {load_id} and not is_row_loaded"
    )
    if delivered != loaded + quarantined:
        raise DataRefusedError(
            f"{file_name}: {delivered} rows delivered but {loaded} loaded and {quarantined} quarantined.",
            "report this file; nothing of it was loaded",
        )
    values = {
        "load_id": load_id, "table_name": contract.name, "profile_name": profile.name, "mapping_number": read.file.mapping_number,
        "file_name": file_name, "file_sha256": read.sha256, "mapping_sha256": _mapping_sha256(contract, read.file.mapping),
        "delivery_mode": profile.delivery_mode(contract), "byte_count": read.byte_count, "line_count": read.shape.line_count,
        "header_line_count": read.shape.header_line_count, "blank_line_count": read.shape.blank_line_count,
        "out_of_scope_line_count": read.shape.dropped_line_count
        + whole_number(con, f"select count(*) from delivered_{read.number}") - delivered,
        "continued_line_count": read.shape.continued_line_count,
        "delivered_row_count": delivered, "loaded_row_count": loaded, "quarantined_row_count": quarantined,
        "loaded_at": loaded_at,
    }  # fmt: skip
    register_notes(con, load_id, contract.name, list(read.notes))
    con.execute(f"insert into raw.loads by name select {', '.join(f'${name} as {name}' for name in values)}", values)
    for table in ("lines", "delivered", "judged"):
        con.execute(f"drop table {table}_{read.number}")
    return load_id


def _set_aside(con: duckdb.DuckDBPyConnection, contract: Contract, read: _ReadFile, load_id: int) -> None:
    """Quarantine what cannot be used, and note what was set aside before and is mended by a good row of its key."""
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
            from judged_{read.number} as judged where len(problems) > 0 or len(left_out) > 0
        ) as bad
        join lines_{read.number} as lines on lines.rowid = bad.line_number - 1
        order by bad.line_number""",
        [load_id, contract.name, read.file.name, read.sha256],
    )
    con.execute(
        f"""update raw.quarantined_rows set mended_by_load_id = $load_id
        where table_name = $table_name and load_id < $load_id and mended_by_load_id is null
            and key_text in (
                select {_key_text(contract)} from judged_{read.number} as judged
                where len(problems) = 0 and (len(left_out) = 0 or not coalesce(is_row_loaded, false))
            )""",
        {"load_id": load_id, "table_name": contract.name},
    )
