"""What of one load was read otherwise than it stands, or not read at all: counted, with an example, in `raw.landing_notes`.

Nothing here refuses or quarantines; the checks of landing turn notes into warnings.
"""

import difflib
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

import duckdb

from ingestion.casting import NORMALISED, ROUNDED_OFF
from ingestion.contract import Contract
from ingestion.errors import visible
from ingestion.profile import Profile, TableMapping
from ingestion.readers import SHEET_NAME, FileShape

LEFT_OUT = "left_out"
UNKNOWN_COLUMN, ABSENT_COLUMN, UNUSED_COLUMN = "unknown_column", "absent_column", "unused_column"
UNREAD_SHEET, FURTHER_SHEET, DROPPED_LINE, CONTINUED_LINE = "unread_sheet", "further_sheet", "dropped_line", "continued_line"
# Told, and no reason to warn: what the profile's author chose not to read, and what was read on.
HARMLESS = (UNUSED_COLUMN, FURTHER_SHEET, DROPPED_LINE, CONTINUED_LINE)
SHEET_OR_COLUMN = (UNKNOWN_COLUMN, ABSENT_COLUMN, UNUSED_COLUMN, UNREAD_SHEET, FURTHER_SHEET, DROPPED_LINE, CONTINUED_LINE)
LIKENESS = 0.75
HOW_READ = {
    NORMALISED: "read without blanks, widths and invisible characters that do not count",
    ROUNDED_OFF: "rounded to the decimals that are kept",
    LEFT_OUT: "left out, while their rows count",
}


@dataclass(frozen=True)
class Note:
    """One thing told of a load: its kind, the column that it is about, how many values, and the sentence."""

    kind_code: str
    column_name: str | None
    value_count: int
    told: str


def notes_of_header(contract: Contract, profile: Profile, mapping: TableMapping, file_name: str, shape: FileShape) -> list[Note]:
    """Columns, sheets and lines of a file that were not used or are no records, and mapped columns that it lacks."""
    notes = [
        Note(UNREAD_SHEET, None, sheet.rows, f"{sheet.rows} rows of sheet {sheet.name} were not read")
        for sheet in shape.unread_sheets
        if not any(fnmatchcase(sheet.name, pattern) for pattern in _sheets_named(profile, file_name))
    ]
    notes += [
        Note(FURTHER_SHEET, None, sheet.last_line - sheet.first_line + 1,
             f"sheet {sheet.name} goes on with the same header: its rows are lines {sheet.first_line} to {sheet.last_line}")
        for sheet in shape.sheets[1:]
    ]  # fmt: skip
    if shape.dropped_line_count:
        told = f"{shape.dropped_line_count} lines are no records by `drop_lines` or `section_heads`"
        first = f" (first: line {shape.first_dropped_line})"
        notes.append(Note(DROPPED_LINE, None, shape.dropped_line_count, told + first))
    if shape.continued_line_count:
        told = f"{shape.continued_line_count} lines belong to a record above them, which quotes a line break"
        notes.append(Note(CONTINUED_LINE, None, shape.continued_line_count, told))
    used, known = _columns_used(profile, file_name), [column.name for column in contract.columns]
    is_plain = mapping.columns == "same_names"
    # What the profile itself asks for beside the file's columns is there to be used or not.
    own = {*mapping.file_format.section_heads, *([SHEET_NAME] if "*" in (mapping.file_format.sheet or "") else [])}
    for name in [column for column in shape.columns if column not in own]:
        if name in (known if is_plain else used) or _is_named(name, profile, file_name):
            continue
        wanted = [column for column in (known if is_plain else sorted(used)) if column not in shape.columns]
        alike = difflib.get_close_matches(name.lower(), wanted, n=1, cutoff=LIKENESS)
        hint = f"; did the sender mean {alike[0]}?" if alike else ""
        kind = UNKNOWN_COLUMN if is_plain or alike else UNUSED_COLUMN
        notes.append(Note(kind, name, 1, f"column {name} was not read{hint}"))
    if mapping.columns != "same_names" and shape.columns:
        notes += [
            Note(ABSENT_COLUMN, name, 1, f"column {source.column}, from which {name} is read, is absent")
            for name, source in mapping.columns.items()
            if source.column is not None and source.column not in shape.columns
        ]
    return notes


def notes_of_values(con: duckdb.DuckDBPyConnection) -> list[Note]:
    """Values of `judged` rows that were normalised, rounded or left out, counted by column with the first of them."""
    found = con.execute(
        """with told as (
            select line_number, unnest(altered) as of_value, null::varchar as left_out from judged where len(altered) > 0
            union all
            select line_number, unnest(left_out), $left_out from judged where len(left_out) > 0 and len(problems) = 0
        )
        select coalesce(left_out, of_value.reason) as kind_code, of_value.column_name as column_name, count(*),
            min(line_number), arg_min(of_value."value", line_number), arg_min(of_value.reason, line_number)
        from told group by all order by 1, 2""",
        {"left_out": LEFT_OUT},
    ).fetchall()
    return [
        Note(kind, column, count, f"{count} values of {column} were {HOW_READ[kind]} (line {line}: {value or ''!r}"
             + (f" {reason})" if kind == LEFT_OUT else ")"))
        for kind, column, count, line, value, reason in found
    ]  # fmt: skip


def register_notes(con: duckdb.DuckDBPyConnection, load_id: int, table_name: str, notes: list[Note]) -> None:
    """Keep the notes of a load."""
    for note in notes:
        con.execute(
            "insert into raw.landing_notes values (?, ?, ?, ?, ?, ?)",
            [load_id, table_name, note.kind_code, note.column_name, note.value_count, visible(note.told)],
        )


def registered_notes(con: duckdb.DuckDBPyConnection, table_name: str) -> dict[int, list[Note]]:
    """Every note of a table's loads, by load."""
    notes: dict[int, list[Note]] = {}
    for load_id, *note in con.execute(
        "select load_id, kind_code, column_name, value_count, told from raw.landing_notes where table_name = ? "
        "order by load_id, kind_code, column_name, told",
        [table_name],
    ).fetchall():
        notes.setdefault(load_id, []).append(Note(*note))
    return notes


def _mappings_of_file(profile: Profile, file_name: str) -> list[TableMapping]:
    return [mapping for mapping in profile.tables if PurePosixPath(file_name).match(mapping.files)]


def _sheets_named(profile: Profile, file_name: str) -> set[str]:
    return {mapping.file_format.sheet for mapping in _mappings_of_file(profile, file_name) if mapping.file_format.sheet}


def _columns_used(profile: Profile, file_name: str) -> set[str]:
    """Columns of a file that any mapping of the profile reads."""
    mappings = [mapping.columns for mapping in _mappings_of_file(profile, file_name) if mapping.columns != "same_names"]
    return {source.column for columns in mappings for source in columns.values() if source.column}


def _is_named(name: str, profile: Profile, file_name: str) -> bool:
    """Whether an expression or a condition of the profile speaks of a column."""
    texts = [mapping.where or "" for mapping in _mappings_of_file(profile, file_name)]
    for mapping in _mappings_of_file(profile, file_name):
        if mapping.columns != "same_names":
            texts += [source.expression or "" for source in mapping.columns.values()]
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) for text in texts)
