"""What a file of an unknown sender is: how it is written, what its columns hold, and which canonical columns they may be.

Proposes; nothing here decides. The file is read by the readers themselves, with what is proposed: what is told is what they find.
"""

import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb

from ingestion.contract import Contract, load_contracts
from ingestion.errors import DataRefusedError
from ingestion.formats import (
    COUNTED_DATES,
    format_pattern,
    signed_pattern,
    unsigned_pattern,
)  # fmt: skip
from ingestion.kinds import XLSX, kind_of, marked_encoding, refuse_another_kind
from ingestion.profile import FileFormat, load_profile, profile_names
from ingestion.readers import FileShape, read_file
from ingestion.sql import literal, quoted
from ingestion.texts import REWRITTEN, figure_sql
from ingestion.workbook import read_workbook

DOCUMENTS = "erp.documents"
SAMPLE_BYTES, SAMPLE_LINES, SAMPLE_RECORDS = 1 << 20, 2000, 10_000
ENCODINGS = ("utf-8", "gb18030", "cp1252")
DELIMITERS = ",;|\t"
RULE = re.compile(r"^[-=_*+|\s]{3,}$")
DATES = (
    "%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%-d/%-m/%Y", "%-m/%-d/%Y", "%-d.%-m.%Y",
    "%Y/%-m/%-d", "%Y-%-m-%-d", "%Y年%m月%d日", "%Y年%-m月%-d日", "%d-%b-%Y", "%d %b %Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%y",
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "epoch_ms", "json_date",
)  # fmt: skip
# Decimal and thousands marks; the first pair that fits is taken.
MARKS = ((".", ""), (".", ","), (",", "."), (",", ""), (",", " "), (".", " "), (".", "'"))
SIGNS = ("trailing", "brackets", "credit_debit")
UNITS = {"$": 1, "¥": 1, "￥": 1, "€": 1, "£": 1, "元": 1, "万": 10_000, "万元": 10_000, "亿": 100_000_000, "亿元": 100_000_000}
# Of counts since 1970 only those of the years 2001 to 2033 are taken for dates: others are numbers of something.
TOLD_COUNTS = {"epoch_ms": r"1\d{12}"}
# Captions that many systems give to the columns of open items, in the form of `_folded`.
COMMON = {
    "company_code": ("company", "bukrs", "companycode"),
    "document_no": ("document", "documentno", "doc", "docno", "invoice", "invoiceno", "num", "number", "belnr", "voucherno"),
    "document_type": ("type", "ty", "doctype", "documenttype", "transactiontype", "blart", "vouchertype"),
    "customer_code": ("customer", "customerno", "account", "cust", "party", "kunnr", "客户", "客户编码"),
    "document_date": ("date", "docdate", "documentdate", "invoicedate", "bldat", "单据日期", "日期"),
    "due_date": ("due", "netdue", "netduedt", "netduedate", "duedate", "netdt", "到期日期"),
    "currency_code": ("currency", "curr", "waers", "lcurr", "币别"),
    "amount": ("amount", "amountindoccurr", "openbalance", "balance", "wrbtr", "余额"),
}
SIGN_PATTERNS = {"trailing": r"\d *-$", "brackets": r"^\(", "credit_debit": r"(?i:cr|dr)\.?$"}


@dataclass(frozen=True)
class FoundColumn:
    """A column of the file: what all of its first values are, and one of them. `formats`: of a date, each that fits them."""

    name: str
    kind: str
    value_count: int
    example: str
    formats: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    units: tuple[str, ...] = ()


@dataclass(frozen=True)
class Likeness:
    """A ready-made sender's table, and how many of its captions the file has."""

    profile_name: str
    table_name: str
    found_count: int
    caption_count: int


@dataclass(frozen=True)
class Recognised:
    """What a file is taken for. `broken`: lines that would be set aside, by reason, with the first line."""

    file_name: str
    file_format: FileFormat
    shape: FileShape
    record_count: int
    broken: tuple[tuple[str, int, int], ...]
    columns: tuple[FoundColumn, ...]
    likenesses: tuple[Likeness, ...]
    table_name: str
    placed: Mapping[str, str]

    @property
    def settings(self) -> dict[str, Any]:
        """The settings of a profile that read the file, those that are not the defaults."""
        return self.file_format.model_dump(mode="json", exclude_defaults=True)


def recognised(path: Path) -> Recognised:
    """What a file is, as far as it can be told from itself. Refused when it is no text and no workbook that can be read."""
    form = _of_workbook(path) if kind_of(path) == XLSX else _of_text(path)
    with duckdb.connect() as con:
        shape = read_file(con, path, path.name, form)
        (records,) = con.execute("select count(*) from delivered where reader_problem is null").fetchone() or (0,)
        broken = con.execute(
            "select reader_problem, count(*), min(line_number) from delivered where reader_problem is not null "
            "group by 1 order by 2 desc, 1"
        ).fetchall()
        con.execute(
            "create temp table looked_into as from delivered where reader_problem is null "
            f"order by line_number limit {SAMPLE_RECORDS}"
        )
        marks = _marks(con, shape.columns)
        columns = tuple(_column(con, name, marks) for name in shape.columns)
    signs = tuple(dict.fromkeys(sign for column in columns for sign in column.signs))
    units = {unit: UNITS[unit] for column in columns for unit in column.units}
    dates = tuple(dict.fromkeys(column.formats[0] for column in columns if column.formats))
    found: dict[str, Any] = {
        "decimal_separator": marks[0], "thousands_separator": marks[1], "number_signs": signs, "number_units": units,
        **({"date_formats": dates} if dates else {}),
    }  # fmt: skip
    form = FileFormat(**form.model_dump(exclude_defaults=True) | found)
    table, placed = _placed(shape.columns)
    return Recognised(path.name, form, shape, records, tuple(broken), columns, _likenesses(shape.columns), table, placed)


def _of_workbook(path: Path) -> FileFormat:
    """The header is the first row that has as many texts as any, and no number."""
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as rows:
        read_workbook(path, path.name, FileFormat(format="xlsx", header_line=0), Path(rows.name))
        with Path(rows.name).open(encoding="utf-8") as lines:
            found = [[cell or "" for cell in json.loads(line or "[]")] for line in (one.strip() for one in islice(lines, 50))]
    return FileFormat(format="xlsx", header_line=_header_line(found) or 0)


def _of_text(path: Path) -> FileFormat:
    refuse_another_kind(path, path.name, FileFormat())
    encoding = marked_encoding(path) or _encoding(path)
    with path.open(encoding=encoding, errors="replace", newline=None) as file:
        lines = [line.rstrip("\n") for line in islice(file, SAMPLE_LINES)]
    if next((line for line in lines if line.strip()), "").lstrip("\ufeff \t").startswith("{"):
        return FileFormat(format="jsonl", encoding=encoding)
    delimiter, width = _delimiter(path, lines)
    is_quoted = any(re.search(rf'(?:^|{re.escape(delimiter)})"[^"]*"(?:{re.escape(delimiter)}|$)', line) for line in lines)
    quote = '"' if is_quoted or not any('"' in line for line in lines) else ""
    fields = [_fields(line, delimiter) for line in lines]
    header_line = _header_line([row if len(row) == width else [] for row in fields])
    below = lines[header_line or 0 :]
    drops = [RULE.pattern] if any(RULE.match(line) for line in below) else []
    if header_line and lines[header_line - 1] in below:
        drops.append(f"^{re.escape(lines[header_line - 1])}$")
    return FileFormat(encoding=encoding, delimiter=delimiter, quote=quote, header_line=header_line or 0, drop_lines=tuple(drops))


def _encoding(path: Path) -> str:
    """The first usual encoding that a file's beginning decodes in, cut at the end of a line."""
    with path.open("rb") as file:
        head = file.read(SAMPLE_BYTES)
    head = head[: head.rfind(b"\n") + 1] or head
    for encoding in ENCODINGS:
        try:
            head.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise DataRefusedError(
        f"{path.name}: is in none of the encodings {', '.join(ENCODINGS)}.", "ask the sender how the file is encoded"
    )


def _delimiter(path: Path, lines: Sequence[str]) -> tuple[str, int]:
    """The delimiter that cuts the most lines into equally many fields, and how many these are."""
    best = (0, 0, "")
    for delimiter in DELIMITERS:
        widths = Counter(len(_fields(line, delimiter)) for line in lines if line.strip() and delimiter in line)
        if widths:
            width, count = max(widths.items(), key=lambda one: (one[1], one[0]))
            best = max(best, (count, width, delimiter))
    if not best[0]:
        raise DataRefusedError(
            f"{path.name}: no delimiter of {', '.join(map(repr, DELIMITERS))} stands in any line.",
            "have the file saved as CSV, or look whether it is the right one",
        )
    return best[2], best[1]


def _fields(line: str, delimiter: str) -> list[str]:
    """Fields of a line as a first look; a delimiter within quotes is text."""
    hidden = re.sub(r'"(?:[^"]|"")*"', lambda text: text.group().replace(delimiter, "\x00"), line)
    return [part.replace("\x00", delimiter).strip().strip('"') for part in hidden.split(delimiter)]


def _header_line(rows: Sequence[Sequence[str]]) -> int | None:
    """The first row that is filled as widely as most, counted from 1; None where that row holds a number or a date."""
    widest = max((sum(map(bool, row)) for row in rows), default=0)
    for number, row in enumerate(rows, 1):
        if sum(map(bool, row)) * 2 > widest:
            return None if any(re.fullmatch(r"[-+(]?[\d.,/:' -]*\d[\d.,/:' )-]*", cell.strip()) for cell in row) else number
    return None


def _marks(con: duckdb.DuckDBPyConnection, columns: Sequence[str]) -> tuple[str, str]:
    """The decimal and thousands marks that fit the most columns; where several do, the plainest."""
    fitting = {marks: [name for name in columns if _share(con, name, _number(marks)) == 1] for marks in MARKS}
    return max(MARKS, key=lambda marks: (len(fitting[marks]), -MARKS.index(marks)))


def _number(marks: tuple[str, str]) -> str:
    return signed_pattern(unsigned_pattern(*marks, "thousands"), SIGNS, UNITS)


def _share(con: duckdb.DuckDBPyConnection, name: str, pattern: str, also: str = "true") -> float | None:
    """Which part of a column's values a pattern fits; None where it has none."""
    (share,) = con.execute(
        f"""select avg((regexp_full_match(text, {literal(pattern)}) and {also})::integer)
        from (select {figure_sql(quoted(name))} as text from looked_into) where text <> ''"""
    ).fetchone() or (None,)
    return None if share is None else float(share)


def _column(con: duckdb.DuckDBPyConnection, name: str, marks: tuple[str, str]) -> FoundColumn:
    count, distinct, example, is_padded = con.execute(
        f"""select count(*), count(distinct text), min(text), coalesce(bool_or(regexp_matches(text, '^0\\d')), false)
        from (select {figure_sql(quoted(name))} as text from looked_into) where text <> ''"""
    ).fetchone() or (0, 0, "", False)
    if not count:
        return FoundColumn(name, "empty", 0, "")
    formats = tuple(_date_formats(con, name))
    if formats:
        told = f"date {' or '.join(formats)}" + (" (which of them cannot be told)" if len(formats) > 1 else "")
        return FoundColumn(name, told, count, example, formats)
    if not is_padded and _share(con, name, _number(marks)) == 1:
        signs = [sign for sign in SIGNS if _any(con, name, SIGN_PATTERNS[sign])]
        units = [unit for unit in UNITS if _any(con, name, re.escape(unit))]
        told = "".join(f", {what} {', '.join(found)}" for what, found in (("negative as", signs), ("with", units)) if found)
        return FoundColumn(name, f"number{told}", count, example, signs=tuple(signs), units=tuple(units))
    if _any(con, name, REWRITTEN):
        return FoundColumn(name, "code or text, of which a spreadsheet rewrote some as 3.1E+11: these are lost", count, example)
    return FoundColumn(name, "code or text" + (", different in every row" if distinct == count > 1 else ""), count, example)


def _any(con: duckdb.DuckDBPyConnection, name: str, pattern: str) -> bool:
    (found,) = con.execute(
        f"select coalesce(bool_or(regexp_matches({figure_sql(quoted(name))}, {literal(pattern)})), false) from looked_into"
    ).fetchone() or (False,)
    return bool(found)


def _date_formats(con: duckdb.DuckDBPyConnection, name: str) -> Iterator[str]:
    """Each format that all values of a column fit, but those that say the same with fewer zeros."""
    found: list[str] = []
    for one in DATES:
        is_date = "true" if one in COUNTED_DATES else f"try_strptime(text, {literal(one)}) between '1980-01-01' and '2099-12-31'"
        is_said = one.replace("%-", "%") in found
        if not is_said and _share(con, name, TOLD_COUNTS.get(one) or format_pattern(one), f"coalesce({is_date}, false)") == 1:
            found.append(one)
            yield one


def _likenesses(columns: Sequence[str]) -> tuple[Likeness, ...]:
    """Tables of ready-made senders half of whose captions the file has, the likest first."""
    found = []
    for name in profile_names():
        for mapping in load_profile(name).tables:
            contract = load_contracts()[mapping.table]
            wanted = (
                {column.name for column in contract.columns if column.required} if mapping.columns == "same_names"
                else {source.column for source in mapping.columns.values() if source.column}
            )  # fmt: skip
            if wanted and len(wanted & set(columns)) * 2 > len(wanted):
                found.append(Likeness(name, mapping.table, len(wanted & set(columns)), len(wanted)))
    return tuple(sorted(found, key=lambda one: (-one.found_count, -one.found_count / one.caption_count, one.table_name))[:3])


def _placed(columns: Sequence[str]) -> tuple[str, dict[str, str]]:
    """The canonical table that most of the file's captions name, and which column each of its columns may come from.

    Documents, where no table has half of the columns that it requires.
    """
    best = DOCUMENTS, _placed_in(load_contracts()[DOCUMENTS], columns)
    for contract in load_contracts().values():
        placed, required = _placed_in(contract, columns), [column.name for column in contract.columns if column.required]
        if len(placed) > len(best[1]) and len([name for name in required if name in placed]) * 2 >= len(required):
            best = contract.name, placed
    return best


def _placed_in(contract: Contract, columns: Sequence[str]) -> dict[str, str]:
    known, placed = _captions(contract), dict[str, str]()
    for column in columns:
        name = known.get(_folded(re.sub(r"#\d+$", "", column)))
        if name and name not in placed:
            placed[name] = column
    return placed


def _captions(contract: Contract) -> dict[str, str]:
    """Captions by which a contract's columns go: its own names and labels, those of ready-made senders, and common ones."""
    common = {caption: name for name, captions in COMMON.items() for caption in captions} if contract.name == DOCUMENTS else {}
    known = common | {_folded(text): column.name for column in contract.columns for text in (column.name, column.label_zh)}
    for profile in map(load_profile, profile_names()):
        for mapping in profile.mappings_of(contract):
            if mapping.columns != "same_names":
                known = {_folded(s.column): name for name, s in mapping.columns.items() if s.column} | known
    return known


def _folded(caption: str) -> str:
    return re.sub(r"[\W_]+", "", caption.lower())
