"""Reads one workbook in a process of its own: what a foreign file does to the Excel library, it does to this process alone.

Run by `workbook.py` as a script, so that it starts in some hundredths of a second; imports nothing of this project. Writes a line
for each row, a JSON list of texts or nothing for an empty row, and tells on standard output which rows came from which sheet.
"""

import datetime
import json
import posixpath
import resource
import sys
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

Texts = list[str | None]
Cells = dict[int, dict[int, str]]

KEPT_DIGITS = 15
LARGEST_EXACT = 10**KEPT_DIGITS
CHUNK_BYTES = 1 << 20
_as_json = json.JSONEncoder(ensure_ascii=False).encode
SIGNS_OF_LOST_CELLS = (b'"e"', b"'e'", b"<f", b":f>", b":f ", b":f/")


def main(path: str, target: str, sheet: str, header_line: int, memory_bytes: int, cpu_seconds: int) -> None:
    """Write the rows of the sheets named so, which may hold `*`; `sheet` empty: the first one and those that go on with it."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from python_calamine import CalamineWorkbook

    with zipfile.ZipFile(path) as archive, Path(target).open("w", encoding="utf-8", newline="") as lines:
        parts = _parts(archive)
        book = CalamineWorkbook.from_path(path)
        names = [name for name in book.sheet_names if name in parts]
        named = [sheet] if sheet in names else [name for name in names if fnmatchcase(name, sheet)] if sheet else names[:1]
        if not named:
            raise ValueError(f"it has no sheet {sheet!r}, but {', '.join(names)}")
        written, header, read, unread = 0, None, [], []
        for name in [*named, *(name for name in names if name not in named)]:
            rows = _rows(book.get_sheet_by_name(name), _lost_cells(archive, parts[name]))
            head = list(islice(rows, header_line))
            columns = _without_end(head[header_line - 1]) if header_line and len(head) == header_line else None
            if name not in named and (sheet or not header_line or columns != header):
                count = sum(any(row) for row in head) + sum(any(row) for row in rows)
                unread += [{"name": name, "rows": count}] if count else []
                continue
            if name == named[0]:
                header = columns
            elif columns != header:
                if not any(any(row) for some in (head, rows) for row in some):
                    continue
                raise ValueError(f"row {header_line} of sheet {name!r} is another header than that of sheet {named[0]!r}")
            begins = written + 1
            for some in (head, rows):
                for row in some:
                    lines.write(_line(row))
                    written += 1
            read.append({"name": name, "first_line": begins, "last_line": written})
    print(json.dumps({"read": read, "unread": unread}))


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Where the cells of each worksheet stand in the archive, by its name."""
    relations = {
        relation.get("Id"): relation for relation in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels")).iter()
    }
    found = {}
    for element in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():
        relation = next((relations.get(value) for key, value in element.attrib.items() if key.endswith("}id")), None)
        if _tag(element) == "sheet" and relation is not None and relation.get("Type", "").endswith("/worksheet"):
            target = relation.get("Target", "")
            found[element.get("name", "")] = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
    return found


def _rows(sheet: Any, lost: Cells) -> Iterator[Texts]:
    """Every row of a sheet from its first one on, as texts."""
    is_empty = sheet.start is None
    count = 0 if is_empty else sheet.end[0] + 1
    rows = iter(()) if is_empty else sheet.iter_rows()
    before: Texts = [] if is_empty else [None] * sheet.start[1]
    for number in range(max(count, max(lost, default=-1) + 1)):
        # Most cells hold text: they are spared the call.
        row = before + [cell if type(cell) is str and cell else _text(cell) for cell in next(rows, ())]
        for column, text in lost.get(number, {}).items():
            row += [None] * (column + 1 - len(row))
            row[column] = row[column] or text
        yield row


def _text(cell: object) -> str | None:
    """A cell as text. A number has the 15 digits that Excel keeps; one that needs more stays marked by its exponent."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        if abs(cell) < LARGEST_EXACT:
            text = format(cell, f".{KEPT_DIGITS}g")
            return format(Decimal(text), "f") if "e" in text else text
        return repr(cell) if "e" in repr(cell) else format(cell, "e")
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    return cell.isoformat() if isinstance(cell, datetime.date) else str(cell)


def _line(row: Texts) -> str:
    if not any(row):
        return "\n"
    return _as_json(row).replace("\\u0000", "\N{REPLACEMENT CHARACTER}") + "\n"


def _without_end(row: Texts) -> Texts:
    """A row without the empty cells at its end."""
    return [text.strip() if text else text for text in row[: max((i for i, text in enumerate(row, 1) if text), default=0)]]


def _lost_cells(archive: zipfile.ZipFile, part: str) -> Cells:
    """Errors (#N/A) and formulas without a stored value, by row and column from 0: the Excel library gives them as empty."""
    if not _may_have_lost_cells(archive, part):
        return {}
    lost: Cells = {}
    row = column = -1
    with archive.open(part) as xml:
        for event, element in ElementTree.iterparse(xml, ("start", "end")):
            tag = _tag(element)
            if event == "start" and tag == "row":
                row, column = _row_number(element.get("r"), row + 1), -1
            if event == "start" and tag == "c":
                column = _column_number(element.get("r"), column + 1)
            if event == "end" and tag == "c" and (text := _lost_text(element)):
                lost.setdefault(row, {})[column] = text
            if event == "end" and tag in ("c", "row"):
                element.clear()
    return lost


def _may_have_lost_cells(archive: zipfile.ZipFile, part: str) -> bool:
    """Whether a sheet has an error or a formula at all: a look at the bytes, which most sheets need no more than."""
    end = b""
    with archive.open(part) as xml:
        while chunk := xml.read(CHUNK_BYTES):
            if any(sign in end + chunk for sign in SIGNS_OF_LOST_CELLS):
                return True
            end = chunk[-4:]
    return False


def _lost_text(cell: ElementTree.Element) -> str | None:
    inside = {_tag(element): element.text or "" for element in cell}
    if cell.get("t") == "e":
        return inside.get("v") or "#ERROR!"
    is_without_value = "f" in inside and not inside.get("v") and cell.get("t") not in ("str", "inlineStr")
    return f"={inside['f']}" if is_without_value else None


def _row_number(reference: str | None, otherwise: int) -> int:
    return int(reference) - 1 if reference else otherwise


def _column_number(reference: str | None, otherwise: int) -> int:
    letters = "".join(character for character in reference or "" if character.isalpha())
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1 if letters else otherwise


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], *(int(number) for number in sys.argv[4:7]))
