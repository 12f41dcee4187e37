"""The text of single lines of archived files, as the sender wrote them."""

import json
import tempfile
from collections.abc import Collection, Mapping
from fnmatch import fnmatch
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb

from ingestion.archive import archived_path
from ingestion.contract import load_contracts
from ingestion.errors import DataRefusedError
from ingestion.kinds import marked_encoding
from ingestion.profile import FileFormat, recorded_profile
from ingestion.readers import read_file
from ingestion.workbook import read_workbook


def line_texts(archive: Path, entry: Mapping[str, Any], numbers: Collection[int]) -> dict[int, str]:
    """Texts of lines of the file that a manifest's input entry names, by number from 1. Refused when the file is not archived."""
    path = archived_path(archive, entry["file_sha256"])
    if not path.exists():
        raise DataRefusedError(
            f"The archived copy of {entry['file_name']} ({path}) is gone.",
            "see what else is with `receivables audit verify`",
        )
    file_format = _format(entry)
    if file_format.format == "xlsx":
        with tempfile.NamedTemporaryFile(suffix=".jsonl") as rows:
            read_workbook(path, entry["file_name"], file_format, Path(rows.name))
            of_rows = _lines_of_text(Path(rows.name), "utf-8", numbers)
        return {number: "\t".join(cell or "" for cell in json.loads(row or "[]")) for number, row in of_rows.items()}
    encoding = marked_encoding(path) or file_format.encoding
    found = _lines_of_bytes(path, encoding, numbers)
    found = _lines_of_text(path, encoding, numbers) if found is None else found
    # A line with an odd number of quotes may be one of several of a record.
    if file_format.format == "csv" and file_format.quote and any(text.count(file_format.quote) % 2 for text in found.values()):
        return found | _records(path, entry["file_name"], file_format, numbers)
    return found


def _records(path: Path, file_name: str, file_format: FileFormat, numbers: Collection[int]) -> dict[int, str]:
    """Texts of records that go on over several of the lines asked for; of none where the profile reads the file no more."""
    with duckdb.connect() as con:
        try:
            read_file(con, path, file_name, file_format)
        except DataRefusedError:
            return {}
        rows = con.execute(
            "select first_line, line from continued where list_contains($numbers, first_line)", {"numbers": list(numbers)}
        )
        return dict(rows.fetchall())


def _lines_of_bytes(path: Path, encoding: str, numbers: Collection[int]) -> dict[int, str] | None:
    """Only lines that are asked for are decoded, which is quicker; None where bytes do not tell where lines end."""
    if "\n".encode(encoding) != b"\n":
        return None
    found = {}
    with path.open("rb") as lines:
        for number, line in enumerate(islice(lines, max(numbers, default=0)), 1):
            text = line.removesuffix(b"\n").removesuffix(b"\r")
            if b"\r" in text:
                return None
            if number in numbers:
                found[number] = text.decode(encoding, errors="replace")
    return found


def _lines_of_text(path: Path, encoding: str, numbers: Collection[int]) -> dict[int, str]:
    with path.open(encoding=encoding, errors="replace", newline=None) as lines:
        asked = islice(enumerate(lines, 1), max(numbers, default=0))
        return {number: line.rstrip("\n") for number, line in asked if number in numbers}


def _format(entry: Mapping[str, Any]) -> FileFormat:
    """How the profile that loaded a file reads it."""
    mappings = recorded_profile(entry["profile_name"]).mappings_of(load_contracts()[entry["table_name"]])
    return next((one.file_format for one in mappings if fnmatch(entry["file_name"], one.files)), mappings[0].file_format)
