"""From an archived file to text columns in DuckDB: CSV, JSON lines and Excel.

Every reader leaves two temporary tables: `lines` (one row per physical line or sheet row, in order, as text) and
`delivered` (one row per data line: line_number, reader_problem, then the file's own columns as text). Nothing is typed or
dropped here: a line that cannot be split carries its `reader_problem`.

Lines are split in SQL rather than by `read_csv`, whose line numbers count records (blank and many-line records shift them)
and whose handling of an unbalanced quote swallows the lines that follow; docs/decisions.md has the measurement. A record that a
quoted field carries over several lines is one row of `lines`, the first of them; the others are empty there.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingestion.continued import join_continued
from ingestion.errors import DataRefusedError
from ingestion.header import column_names, positions
from ingestion.kinds import marked_encoding, refuse_another_kind
from ingestion.profile import FileFormat
from ingestion.sql import literal, quoted, whole_number
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
# How many lines of a header are looked through for the end of a quoted caption.
MAX_HEADER_LINES = 50
UNCLOSED = "a quote is not closed, or text stands outside of it"
# A line without a delimiter, of this one or another usual kind, is no record when the profile's condition says so.
LINE_OF_TEXT = "is a line of text"
USUAL_DELIMITERS = ",;|\t"
TOO_LONG = f"is longer than {MAX_LINE_CHARACTERS:,} characters"
# What DuckDB would read as a double and give back otherwise: more than fifteen digits, or an exponent.
UNSURE_JSON_NUMBER = r"[:,\[]\s*-?(?:[\d.]{16}|[\d.]+[eE])"
JSON_TOKEN = r'"(?:[^"\\]|\\.)*"|[-+.\w]+|[^-+.\w"]+|"'
JSON_NUMBER = r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"
SHEET_NAME = "sheet_name"
# The cells of a workbook's row as one text, as `receivables trace` shows them.
TEXT_OF_ROW = "array_to_string(list_transform(from_json(line, '[\"VARCHAR\"]'), lambda cell: coalesce(cell, '')), chr(9))"
JSON_NUL = r"(?:^|[^\\])(?:\\\\)*\\u0000"


@dataclass(frozen=True)
class FileShape:
    """What a file holds: physical lines, how many of them hold no record of their own and why, and the names of its columns.

    `header_line_count` counts all lines down to the header's last; `dropped_line_count` those that the profile drops or reads as
    heads of sections, and `first_dropped_line` the first of these; `continued_line_count` those that belong to a record above.
    """

    line_count: int
    blank_line_count: int
    header_line_count: int
    columns: tuple[str, ...]
    sheets: tuple[SheetLines, ...] = ()
    unread_sheets: tuple[UnreadSheet, ...] = ()
    dropped_line_count: int = 0
    first_dropped_line: int | None = None
    continued_line_count: int = 0


def read_file(con: duckdb.DuckDBPyConnection, path: Path, file_name: str, file_format: FileFormat) -> FileShape:
    """Fill `lines` and `delivered` from a file; refused as a whole when it is not in its profile's format."""
    con.execute("drop table if exists lines")
    con.execute("drop table if exists delivered")
    con.execute("create or replace temp table continued (first_line bigint, last_line bigint, line varchar)")
    refuse_another_kind(path, file_name, file_format)
    if file_format.format == "xlsx":
        return _read_xlsx(con, path, file_name, file_format)
    if encoding := marked_encoding(path):
        file_format = file_format.model_copy(update={"encoding": encoding})
    _load_lines(con, path, file_name, file_format)
    if file_format.format == "jsonl":
        return _split_json(con, file_name, file_format)
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
    first, captions = _header_of_text(con, file_name, file_format)
    columns = column_names(file_name, file_format.header_line, captions, file_format.captions, file_format.section_heads)
    con.execute(f"create temp table delivered as {_delivered_of_text(file_format, columns, f'line_number >= {first}')}")
    continued = 0
    if file_format.quote and whole_number(con, f"select count(*) from delivered where reader_problem = {literal(UNCLOSED)}"):
        fields = _fields("line", file_format)
        continued = join_continued(con, file_format.quote, fields, len(columns), UNCLOSED, MAX_LINE_CHARACTERS)
        those = "line_number in (select first_line from continued)"
        con.execute(f"insert into delivered {_delivered_of_text(file_format, columns, those)}")
    return _shape(con, first - 1, (*columns, *file_format.section_heads), file_format, continued=continued)


def _header_of_text(con: duckdb.DuckDBPyConnection, file_name: str, file_format: FileFormat) -> tuple[int, list[list[str]]]:
    """The first line below the header, and the captions of its rows; without a header, the positions of the first record."""
    kept = _kept_lines("line", file_format)
    fields = _fields("line", file_format)
    if file_format.header_line == 0:
        row = con.execute(f"select {fields} from lines where line is not null and {kept} order by rowid limit 1").fetchone()
        return 1, [list(positions(len(row[0]) if row and row[0] else 0))]
    at = file_format.header_line - 1
    rows: list[list[str]] = []
    while len(rows) < file_format.header_rows:
        row = con.execute(
            f"""select last_row, {fields} from (
                select max(rowid) over below as last_row, string_agg(coalesce(line, ''), chr(10)) over below as line
                from (select rowid, line from lines where rowid between {at} and {at + MAX_HEADER_LINES} order by rowid) as lines
                window below as (order by rowid)
            ) where {fields} is not null order by last_row limit 1"""
        ).fetchone()
        if row is None or row[1] == [""]:
            raise DataRefusedError(
                f"{file_name}, line {at + 1}: the header line is missing.",
                "ask the sender for the file with its header, or correct `header_line` and `quote` in the profile",
            )
        at = row[0] + 1
        rows.append(row[1])
    return at + 1, rows


def _kept_lines(text: str, file_format: FileFormat) -> str:
    """SQL of whether a line may be a record: none that the profile drops, and no head of a section."""
    patterns = (*file_format.drop_lines, *file_format.section_heads.values())
    return " and ".join(f"not regexp_matches({text}, {literal(pattern)})" for pattern in patterns) or "true"


def _section_heads(text: str, file_format: FileFormat) -> str:
    """SQL of further columns: what the head of a section above a line names."""
    named = (
        (f"case when regexp_matches({text}, {literal(head)}) then regexp_extract({text}, {literal(head)}, 1) end", name)
        for name, head in file_format.section_heads.items()
    )
    above = "over (order by rowid rows unbounded preceding)"
    return "".join(f", last_value({value} ignore nulls) {above} as {quoted(name)}" for value, name in named)


def _delivered_of_text(file_format: FileFormat, columns: tuple[str, ...], those: str) -> str:
    """A query for `delivered` over those `lines` of a text file that the condition names."""
    width = len(columns)
    # Of a line whose quotes do not add up, what stands between the delimiters: it is not loaded, but its amount may be told.
    unquoted = f"replace(line, {literal(file_format.quote)}, '')" if file_format.quote else "line"
    loose = f"string_split({unquoted}, {literal(file_format.delimiter)})"
    fields = ", ".join(f"coalesce(fields, {loose})[{i}] as {quoted(name)}" for i, name in enumerate(columns, start=1))
    heads = "".join(f", {quoted(name)}" for name in file_format.section_heads)
    others = " and ".join(
        f"len(string_split(line, {literal(mark)})) <> {width}" for mark in USUAL_DELIMITERS if mark != file_format.delimiter
    )
    return f"""with numbered as (
            select rowid + 1 as line_number, line{_section_heads("line", file_format)} from lines
        ),
        split as (
            select line_number, line, {_fields("line", file_format)} as fields{heads}
            from numbered where {those} and line is not null and {_kept_lines("line", file_format)}
        )
        select line_number, case
            when contains(line, {literal(CUT)}) then '{TOO_LONG}'
            when contains(line, {literal(UNREADABLE)}) then 'holds bytes that are not valid {file_format.encoding}'
            when fields is null then '{UNCLOSED}'
            when len(fields) <> {width} then case
                when len(fields) = 1 and {width} > 2 and {others} then '{LINE_OF_TEXT}, not of {width} fields'
                else 'has ' || len(fields) || ' fields where the header has {width}' end
            end as reader_problem, {fields}{heads}
        from split"""


def _fields(line: str, file_format: FileFormat) -> str:
    """SQL that splits a line into its fields (RFC 4180 quoting within one line); null when the quoting does not add up.

    A line with quotes is cut at each of them: every second piece stood inside, where a delimiter is text; an empty piece between
    two of those was a doubled quote. Capturing each field with a regular expression instead took five times as long.
    """
    delimiter, quote = literal(file_format.delimiter), literal(file_format.quote)
    if not file_format.quote:
        return f"string_split({line}, {delimiter})"
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


def _split_json(con: duckdb.DuckDBPyConnection, file_name: str, file_format: FileFormat) -> FileShape:
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
    names = [key for (key,) in keys.fetchall()]
    columns = column_names(file_name, 1, [names], file_format.captions) if names else ()
    values = "".join(
        f", json_extract_string(object, {literal(_json_path(key))}) as {quoted(name)}"
        for key, name in zip(names, columns, strict=True)
    )
    con.execute(f"create temp table delivered as select line_number, reader_problem{values} from objects")
    con.execute("drop table objects")
    return _shape(con, 0, columns, file_format)


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
    """Where a key's value stands; of a key without a name, in the other way of writing paths, which alone has one for it."""
    if not key:
        return "/"
    return '$."' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _read_xlsx(con: duckdb.DuckDBPyConnection, path: Path, file_name: str, file_format: FileFormat) -> FileShape:
    """The rows of a workbook's sheets, one sheet after the other, as lines; each is a JSON list of its cells' texts."""
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as rows:
        book = read_workbook(path, file_name, file_format, Path(rows.name))
        _lines_of_text(con, Path(rows.name), file_name, file_format, book.read[-1].last_line)
    sheet, first = book.read[0], file_format.header_line + file_format.header_rows if file_format.header_line else 1
    found = con.execute(
        f"select from_json(line, '[\"VARCHAR\"]') from lines where rowid between {max(file_format.header_line, 1) - 1} "
        f"and {min(max(first - 2, 0), sheet.last_line - 1)} order by rowid"
    ).fetchall()
    if sheet.last_line < first - 1 or any(cells is None for (cells,) in found) or not found:
        raise DataRefusedError(
            f"{file_name}, sheet {sheet.name!r}: row {file_format.header_line} should be the header, but it is empty.",
            "ask the sender for the sheet with its header, or correct `header_line` in the profile",
        )
    further, sheet_name = (*file_format.section_heads,), ""
    if "*" in (file_format.sheet or ""):
        # Sheets of a pattern are often told apart by their names only: a company's, a customer's, a month's.
        further = (*further, SHEET_NAME)
        names = " ".join(f"when rowid < {one.last_line} then {literal(one.name)}" for one in book.read)
        sheet_name = f", case {names} end as {SHEET_NAME}"
    captions = [cells for (cells,) in found] if file_format.header_line else [positions(len(found[0][0]))]
    columns = column_names(file_name, file_format.header_line, captions, file_format.captions, further)
    fields = ", ".join(f"fields[{i}] as {quoted(name)}" for i, name in enumerate(columns, start=1))
    heads = "".join(f", {quoted(name)}" for name in further)
    above = " or ".join(f"line_number between {one.first_line} and {one.first_line + first - 2}" for one in book.read)
    con.execute(
        f"""create temp table delivered as
        with numbered as (
            select rowid + 1 as line_number, line{_section_heads(TEXT_OF_ROW, file_format)}{sheet_name} from lines
        ),
        split as (
            select line_number, from_json(line, '["VARCHAR"]') as fields{heads}
            from numbered where line is not null and not ({above}) and {_kept_lines(TEXT_OF_ROW, file_format)}
        )
        select line_number, case
            when len(fields) > {len(columns)} and len(list_filter(fields[{len(columns) + 1}:], lambda cell: cell is not null)) > 0
                then 'has cells beyond the header''s {len(columns)} columns'
            end as reader_problem, {fields}{heads}
        from split"""
    )
    return _shape(con, (first - 1) * len(book.read), (*columns, *further), file_format, book.read, book.unread)


def _shape(
    con: duckdb.DuckDBPyConnection, header_lines: int, columns: tuple[str, ...], file_format: FileFormat,
    sheets: tuple[SheetLines, ...] = (), unread: tuple[UnreadSheet, ...] = (), *, continued: int = 0,
) -> FileShape:  # fmt: skip
    lines = whole_number(con, "select count(*) from lines")
    data = whole_number(con, "select count(*) from delivered")
    dropped, first_dropped = 0, None
    if file_format.drop_lines or file_format.section_heads:
        text = TEXT_OF_ROW if file_format.format == "xlsx" else "line"
        dropped, first_dropped = con.execute(
            f"""select count(*), min(rowid) + 1 from lines
            where line is not null and not ({_kept_lines(text, file_format)}) and not ({_is_header(header_lines, sheets)})"""
        ).fetchone() or (0, None)
    blank = lines - header_lines - data - continued - dropped
    return FileShape(lines, blank, header_lines, columns, sheets, unread, dropped, first_dropped, continued)


def _is_header(header_lines: int, sheets: tuple[SheetLines, ...]) -> str:
    """SQL of whether a row of `lines` stands at a sheet's or the file's top, down to its header."""
    each = header_lines // max(len(sheets), 1)
    tops = [sheet.first_line - 1 for sheet in sheets] or [0]
    return " or ".join(f"rowid >= {top} and rowid < {top + each}" for top in tops)
