"""From an archived file to text columns in DuckDB: CSV, JSON lines and Excel.

Every reader leaves two temporary tables: `lines` (one row per physical line or sheet row, in order, as text) and
`delivered` (one row per data line: line_number, reader_problem, then the file's own columns as text). Nothing is typed or
dropped here: a line that cannot be split carries its `reader_problem`.

Lines are split in SQL rather than by `read_csv`, whose line numbers count records (blank and many-line records shift them)
and whose handling of an unbalanced quote swallows the lines that follow; docs/decisions.md has the measurement.
"""

import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingestion.errors import DataRefusedError, visible
from ingestion.profile import FileFormat
from ingestion.sql import literal, quoted, whole_number
from ingestion.texts import stripped
from ingestion.workbook import SheetLines, UnreadSheet, read_workbook

UNREADABLE = "\N{REPLACEMENT CHARACTER}"
# Not a character of any text: stands at the end of a line that was cut.
CUT = "\uffff"
REPLACED = dict.fromkeys([0, 1, ord(CUT)], UNREADABLE)
CHUNK_CHARACTERS = 1 << 22
# No record is longer, and DuckDB holds two thousand lines in memory at a time.
MAX_LINE_CHARACTERS = 1 << 16
MAX_LINE_BYTES = 8 * MAX_LINE_CHARACTERS
MAX_ROW_BYTES = 16 * 1024 * 1024
UNSHOWN = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
TOO_LONG = f"is longer than {MAX_LINE_CHARACTERS:,} characters"
# What DuckDB would read as a double and give back otherwise: more than fifteen digits, or an exponent.
UNSURE_JSON_NUMBER = r"[:,\[]\s*-?(?:[\d.]{16}|[\d.]+[eE])"
JSON_TOKEN = r'"(?:[^"\\]|\\.)*"|[-+.\w]+|[^-+.\w"]+|"'
JSON_NUMBER = r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"
JSON_NUL = r"(?:^|[^\\])(?:\\\\)*\\u0000"


@dataclass(frozen=True)
class FileShape:
    """What a file holds: physical lines, how many of them are blank or header, and the names of its columns."""

    line_count: int
    blank_line_count: int
    header_line_count: int
    columns: tuple[str, ...]
    sheets: tuple[SheetLines, ...] = ()
    unread_sheets: tuple[UnreadSheet, ...] = ()


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
            for text in _cut_lines(iter(lambda: source.read(CHUNK_CHARACTERS), "")):
                newlines += text.count("\n")
                last = text[-1:] or last
                utf8.write(text)
        utf8.flush()
        _lines_of_text(con, Path(utf8.name), file_name, file_format, newlines + (last != "\n"))


def _cut_lines(chunks: Iterator[str]) -> Iterator[str]:
    """Text with its lines cut at MAX_LINE_CHARACTERS and marked so, and with no character that DuckDB takes for another."""
    length = 0
    for chunk in chunks:
        text = chunk.translate(REPLACED)
        first, last = text.find("\n"), text.rfind("\n")
        if length + (first if first >= 0 else len(text)) <= MAX_LINE_CHARACTERS and not _has_long_line(text):
            length = len(text) - last - 1 if last >= 0 else length + len(text)
            yield text
            continue
        kept, pieces = [], text.split("\n")
        for number, piece in enumerate(pieces):
            is_cut = length > MAX_LINE_CHARACTERS
            room = max(MAX_LINE_CHARACTERS - length, 0)
            length += len(piece)
            kept.append(piece[:room] + (CUT if length > MAX_LINE_CHARACTERS and not is_cut else ""))
            if number < len(pieces) - 1:
                length = 0
        yield "\n".join(kept)


def _has_long_line(text: str) -> bool:
    begin = 0
    while len(text) - begin > MAX_LINE_CHARACTERS:
        end = text.rfind("\n", begin, begin + MAX_LINE_CHARACTERS + 1)
        if end < 0:
            return True
        begin = end + 1
    return False


def _lines_of_text(con: duckdb.DuckDBPyConnection, text: Path, file_name: str, file_format: FileFormat, expected: int) -> None:
    """Fill `lines` from a file of UTF-8 text; refused unless every line came through."""
    try:
        con.execute(
            "create temp table lines as select * from read_csv(?, auto_detect = false, header = false, delim = chr(1), "
            "quote = '', escape = '', new_line = '\\n', columns = {'line': 'VARCHAR'}, "
            f"max_line_size = {MAX_LINE_BYTES if file_format.format != 'xlsx' else MAX_ROW_BYTES})",
            [str(text)],
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
    columns = _distinct_header(file_name, file_format.header_line, [stripped(name) for name in header[0]])
    # Of a line whose quotes do not add up, what stands between the delimiters: it is not loaded, but its amount may be told.
    loose = f"string_split(replace(line, {literal(file_format.quote)}, ''), {literal(file_format.delimiter)})"
    fields = ", ".join(f"coalesce(fields, {loose})[{i}] as {quoted(name)}" for i, name in enumerate(columns, start=1))
    con.execute(
        f"""create temp table delivered as
        with split as (
            select rowid + 1 as line_number, line, {_fields("line", file_format)} as fields
            from lines where rowid >= {file_format.header_line} and line is not null
        )
        select line_number, case
            when contains(line, {literal(CUT)}) then '{TOO_LONG}'
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
    """Fill `delivered` from lines of JSON objects; a number is the digits that it was written with, never a double."""
    is_object = "coalesce(json_valid(line) and json_type(case when json_valid(line) then line end) = 'OBJECT', false)"
    con.execute(
        f"""create or replace temp table objects as
        select rowid + 1 as line_number, case
            when contains(line, {literal(CUT)}) then '{TOO_LONG}'
            when contains(line, {literal(UNREADABLE)}) then 'holds bytes that are not valid text'
            when regexp_matches(line, {literal(JSON_NUL)}) then 'holds the character NUL'
            when not {is_object} then 'is not a JSON object'
            when len(json_keys(line)) <> len(list_distinct(json_keys(line))) then 'names a key twice: ' || {_keys_twice("line")}
            end as reader_problem,
            case
                when reader_problem is not null then null
                when regexp_matches(line, {literal(UNSURE_JSON_NUMBER)}) then {_with_numbers_as_texts("line")}
                else line
            end as object
        from lines where line is not null and trim(line) <> ''"""
    )
    keys = con.execute("select distinct unnest(json_keys(object)) as key from objects where object is not null order by key")
    columns = _distinct_header(file_name, 1, [key for (key,) in keys.fetchall()])
    values = "".join(f", json_extract_string(object, {literal(_json_path(name))}) as {quoted(name)}" for name in columns)
    con.execute(f"create temp table delivered as select line_number, reader_problem{values} from objects")
    con.execute("drop table objects")
    return _shape(con, 0, columns)


def _keys_twice(line: str) -> str:
    """SQL of the keys that a JSON object names more than once."""
    others = f"list_filter(json_keys({line}), lambda other: other = key)"
    return f"array_to_string(list_sort(list_distinct(list_filter(json_keys({line}), lambda key: len({others}) > 1))), ', ')"


def _with_numbers_as_texts(line: str) -> str:
    """SQL of a line of JSON whose numbers are made texts; one with an exponent is written out where eighteen decimals hold it."""
    number = f"regexp_full_match(token, {literal(JSON_NUMBER)})"
    written_out = "rtrim(rtrim(try_cast(token as decimal(38, 18))::varchar, '0'), '.')"
    is_whole = "try_cast(token as decimal(38, 18))::double = try_cast(token as double)"
    return (
        f"array_to_string(list_transform(regexp_extract_all({line}, {literal(JSON_TOKEN)}), lambda token: case "
        f"when {number} and regexp_matches(token, '[eE]') and {is_whole} then '\"' || {written_out} || '\"' "
        f"when {number} then '\"' || token || '\"' else token end), '')"
    )


def _json_path(key: str) -> str:
    return '$."' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _read_xlsx(con: duckdb.DuckDBPyConnection, path: Path, file_name: str, file_format: FileFormat) -> FileShape:
    """The rows of a workbook's sheets, one sheet after the other, as lines; each is a JSON list of its cells' texts."""
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as rows:
        book = read_workbook(path, file_name, file_format, Path(rows.name))
        _lines_of_text(con, Path(rows.name), file_name, file_format, book.read[-1].last_line)
    sheet, header_line = book.read[0], file_format.header_line
    header = con.execute(
        "select from_json(line, '[\"VARCHAR\"]') from lines where rowid = ?", [min(header_line, sheet.last_line) - 1]
    ).fetchone()
    if sheet.last_line < header_line or header is None or header[0] is None:
        raise DataRefusedError(
            f"{file_name}, sheet {sheet.name!r}: row {header_line} should be the header, but it is empty.",
            "ask the sender for the sheet with its header, or correct `header_line` in the profile",
        )
    columns = _distinct_header(file_name, header_line, [stripped(name or "") for name in header[0]])
    fields = ", ".join(f"fields[{i}] as {quoted(name)}" for i, name in enumerate(columns, start=1))
    above = " or ".join(f"rowid between {one.first_line - 1} and {one.first_line + header_line - 2}" for one in book.read)
    con.execute(
        f"""create temp table delivered as
        with split as (
            select rowid + 1 as line_number, from_json(line, '["VARCHAR"]') as fields
            from lines where line is not null and not ({above})
        )
        select line_number, case
            when len(fields) > {len(columns)} and len(list_filter(fields[{len(columns) + 1}:], lambda cell: cell is not null)) > 0
                then 'has cells beyond the header''s {len(columns)} columns'
            end as reader_problem, {fields}
        from split"""
    )
    return _shape(con, header_line * len(book.read), columns, book.read, book.unread)


def _distinct_header(file_name: str, line: int, names: Sequence[str]) -> tuple[str, ...]:
    """Header names as they stand, nameless trailing columns numbered; refused when two are alike or one cannot be shown."""
    named = [name or f"column {position}" for position, name in enumerate(names, start=1)]
    folded = [name.lower() for name in named]
    twice = sorted({name for name in named if folded.count(name.lower()) > 1})
    odd = [name for name in named if UNSHOWN.search(name)]
    if twice or odd or not named:
        what = f"column names stand twice: {', '.join(twice)}" if twice else "no columns"
        raise DataRefusedError(
            f"{file_name}, line {line}: {f'a column name holds a control character: {visible(odd[0])}' if odd else what}.",
            "ask the sender for distinct column names",
        )
    return tuple(named)


def _shape(
    con: duckdb.DuckDBPyConnection, header_lines: int, columns: tuple[str, ...], sheets: tuple[SheetLines, ...] = (),
    unread: tuple[UnreadSheet, ...] = (),
) -> FileShape:  # fmt: skip
    lines = whole_number(con, "select count(*) from lines")
    data = whole_number(con, "select count(*) from delivered")
    return FileShape(lines, lines - header_lines - data, header_lines, columns, sheets, unread)
