"""From an archived file to text columns in DuckDB: CSV, JSON lines and Excel.

Every reader leaves two temporary tables: `lines` (one row per physical line or sheet row, in order, as text) and
`delivered` (one row per data line: line_number, reader_problem, then the file's own columns as text). Nothing is typed or
dropped here: a line that cannot be split carries its `reader_problem`.

Lines are split in SQL rather than by `read_csv`, whose line numbers count records (blank and many-line records shift them)
and whose handling of an unbalanced quote swallows the lines that follow; docs/decisions.md has the measurement.
"""

import datetime
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook

from ingestion.errors import DataRefusedError
from ingestion.profile import FileFormat
from ingestion.sql import literal, quoted, whole_number

UNREADABLE = "\N{REPLACEMENT CHARACTER}"
CONTROL_CHARACTERS = dict.fromkeys([0, 1], UNREADABLE)
CHUNK_CHARACTERS = 1 << 22
MAX_LINE_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class FileShape:
    """What a file holds: physical lines, how many of them are blank or header, and the names of its columns."""

    line_count: int
    blank_line_count: int
    header_line_count: int
    columns: tuple[str, ...]


def read_file(con: duckdb.DuckDBPyConnection, path: Path, file_name: str, file_format: FileFormat) -> FileShape:
    """Fill `lines` and `delivered` from a file; refused as a whole when it is not in its profile's format."""
    con.execute("drop table if exists lines")
    con.execute("drop table if exists delivered")
    if file_format.format == "xlsx":
        return _read_xlsx(con, path, file_name, file_format)
    _load_lines(con, path, file_name, file_format)
    if file_format.format == "jsonl":
        return _split_json(con, file_name)
    return _split_csv(con, file_name, file_format)


def _load_lines(con: duckdb.DuckDBPyConnection, path: Path, file_name: str, file_format: FileFormat) -> None:
    """One row per physical line, as UTF-8 text; bytes that do not decode become U+FFFD and are judged later."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="", suffix=".txt") as utf8:
        newlines, last = 0, "\n"
        encoding = "utf-8-sig" if file_format.encoding.lower() in ("utf-8", "utf8") else file_format.encoding
        with path.open(encoding=encoding, errors="replace", newline=None) as source:
            while text := source.read(CHUNK_CHARACTERS):
                newlines += text.count("\n")
                last = text[-1]
                utf8.write(text.translate(CONTROL_CHARACTERS))
        utf8.flush()
        expected = newlines + (last != "\n")
        try:
            con.execute(
                "create temp table lines as select * from read_csv(?, auto_detect = false, header = false, delim = chr(1), "
                "quote = '', escape = '', new_line = '\\n', columns = {'line': 'VARCHAR'}, "
                f"max_line_size = {MAX_LINE_BYTES})",
                [utf8.name],
            )
        except duckdb.Error as error:
            raise DataRefusedError(
                f"{file_name}: cannot be read as lines of {file_format.encoding} text ({str(error).splitlines()[0]}).",
                "ask the sender for the file again, or correct `format` and `encoding` in the profile",
            ) from error
    counted = whole_number(con, "select count(*) from lines")
    if counted != expected:
        raise DataRefusedError(
            f"{file_name}: {expected} lines on disk but {counted} were read.", "report this file; nothing was loaded"
        )


def _split_csv(con: duckdb.DuckDBPyConnection, file_name: str, file_format: FileFormat) -> FileShape:
    header = con.execute(
        f"select {_fields('line', file_format)} from lines where rowid = ?", [file_format.header_line - 1]
    ).fetchone()
    if header is None or header[0] is None:
        raise DataRefusedError(
            f"{file_name}, line {file_format.header_line}: the header line is missing.",
            "ask the sender for the file with its header, or correct `header_line` in the profile",
        )
    columns = _distinct_header(file_name, file_format.header_line, [name.strip() for name in header[0]])
    fields = ", ".join(f"fields[{i}] as {quoted(name)}" for i, name in enumerate(columns, start=1))
    con.execute(
        f"""create temp table delivered as
        with split as (
            select rowid + 1 as line_number, line, {_fields("line", file_format)} as fields
            from lines where rowid >= {file_format.header_line} and line is not null
        )
        select line_number, case
            when contains(line, {literal(UNREADABLE)}) then 'holds bytes that are not valid {file_format.encoding}'
            when fields is null then 'a quote is not closed, or text stands outside of it'
            when len(fields) <> {len(columns)} then 'has ' || len(fields) || ' fields where the header has {len(columns)}'
            end as reader_problem, {fields}
        from split"""
    )
    return _shape(con, file_format.header_line, columns)


def _fields(line: str, file_format: FileFormat) -> str:
    """SQL that splits a line into its fields (RFC 4180 quoting within one line); null when the quoting does not add up.

    A line with quotes is cut at each of them: every second piece stood inside, where a delimiter is text; an empty piece between
    two of those was a doubled quote. Capturing each field with a regular expression instead took five times as long.
    """
    delimiter, quote = literal(file_format.delimiter), literal(file_format.quote)
    d, q = f"\\x{{{ord(file_format.delimiter):x}}}", f"\\x{{{ord(file_format.quote):x}}}"
    field = f"({q}([^{q}]|{q}{q})*{q}|[^{d}{q}]*)"
    pieces = f"string_split({line}, {quote})"
    joined = (
        f"list_transform({pieces}, lambda piece, i: case when i % 2 = 0 then piece "
        f"when piece = '' and i > 1 and i < len({pieces}) then {quote} else replace(piece, {delimiter}, chr(1)) end)"
    )
    return (
        f"case when not contains({line}, {quote}) then string_split({line}, {delimiter}) "
        f"when regexp_full_match({line}, {literal(f'{field}({d}{field})*')}) "
        f"then string_split(array_to_string({joined}, ''), chr(1)) end"
    )


def _split_json(con: duckdb.DuckDBPyConnection, file_name: str) -> FileShape:
    is_object = "coalesce(json_valid(line) and json_type(case when json_valid(line) then line end) = 'OBJECT', false)"
    keys = con.execute(f"select distinct unnest(json_keys(line)) as key from lines where {is_object} order by key").fetchall()
    columns = _distinct_header(file_name, 1, [key for (key,) in keys])
    values = "".join(f", json_extract_string(object, {literal(_json_path(name))}) as {quoted(name)}" for name in columns)
    con.execute(
        f"""create temp table delivered as
        with parsed as (
            select rowid + 1 as line_number, line, case when {is_object} then line end as object
            from lines where line is not null and trim(line) <> ''
        )
        select line_number, case
            when contains(line, {literal(UNREADABLE)}) then 'holds bytes that are not valid text'
            when object is null then 'is not a JSON object'
            end as reader_problem{values}
        from parsed"""
    )
    return _shape(con, 0, columns)


def _json_path(key: str) -> str:
    return '$."' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _read_xlsx(con: duckdb.DuckDBPyConnection, path: Path, file_name: str, file_format: FileFormat) -> FileShape:
    """A sheet as text; pandas carries it because the Excel library hands over Python values."""
    try:
        workbook = CalamineWorkbook.from_path(path)
        sheet = file_format.sheet or workbook.sheet_names[0]
        rows = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except (CalamineError, IndexError, OSError) as error:
        raise DataRefusedError(
            f"{file_name}: is not an Excel workbook with sheet {file_format.sheet!r} ({error}).",
            "ask the sender for the file again, or correct `sheet` in the profile",
        ) from error
    texts = [[_cell_text(cell) for cell in row] for row in rows]
    if len(texts) < file_format.header_line:
        raise DataRefusedError(
            f"{file_name}, sheet {sheet!r}: row {file_format.header_line} should be the header, but the sheet ends before.",
            "ask the sender for the sheet with its header, or correct `header_line` in the profile",
        )
    columns = _distinct_header(file_name, file_format.header_line, [n or "" for n in texts[file_format.header_line - 1]])
    frame = pd.DataFrame(texts, columns=list(columns), dtype="object")
    con.register("sheet_rows", frame)
    names = ", ".join(quoted(name) for name in columns)
    con.execute(
        f"create temp table lines as select case when coalesce({names}) is not null then to_json([{names}])::varchar end as line "
        "from sheet_rows"
    )
    con.execute("create temp table sheet_texts as select * from sheet_rows")
    con.unregister("sheet_rows")
    con.execute(
        f"create temp table delivered as select rowid + 1 as line_number, null::varchar as reader_problem, {names} "
        f"from sheet_texts where rowid >= {file_format.header_line} and coalesce({names}) is not null"
    )
    con.execute("drop table sheet_texts")
    return _shape(con, file_format.header_line, columns)


def _cell_text(cell: object) -> str | None:
    """A cell as the text that Excel shows at full precision (it keeps 15 digits); None for an empty cell."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        return format(cell, ".15g")
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    return cell.isoformat() if isinstance(cell, datetime.date) else str(cell)


def _distinct_header(file_name: str, line: int, names: Sequence[str]) -> tuple[str, ...]:
    """Header names as they stand, nameless trailing columns numbered; refused when two are alike."""
    named = [name or f"column {position}" for position, name in enumerate(names, start=1)]
    folded = [name.lower() for name in named]
    twice = sorted({name for name in named if folded.count(name.lower()) > 1})
    if twice or not named:
        raise DataRefusedError(
            f"{file_name}, line {line}: " + (f"column names stand twice: {', '.join(twice)}." if twice else "no columns."),
            "ask the sender for distinct column names",
        )
    return tuple(named)


def _shape(con: duckdb.DuckDBPyConnection, header_lines: int, columns: tuple[str, ...]) -> FileShape:
    lines = whole_number(con, "select count(*) from lines")
    data = whole_number(con, "select count(*) from delivered")
    return FileShape(lines, lines - header_lines - data, header_lines, columns)
