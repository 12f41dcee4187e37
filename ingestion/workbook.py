"""A workbook's rows as lines of text, read by a child process that may die of the file: then that file is refused.

`workbook_child.py` is that process. Its limits are here.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from ingestion.errors import DataRefusedError
from ingestion.profile import FileFormat

CHILD = Path(__file__).with_name("workbook_child.py")
# A full sheet of a million rows and twenty columns took 1.3 GB.
MEMORY_BYTES = 3 << 30
CPU_SECONDS = 600
WAIT_SECONDS = 900


@dataclass(frozen=True)
class SheetLines:
    """A sheet that was read: the lines that it fills, counted over all sheets read; `first_line` is its first row."""

    name: str
    first_line: int
    last_line: int


@dataclass(frozen=True)
class UnreadSheet:
    """A sheet that holds something and was not read."""

    name: str
    rows: int


@dataclass(frozen=True)
class WorkbookRead:
    """Which sheets of a workbook were read as which lines, and which were not."""

    read: tuple[SheetLines, ...]
    unread: tuple[UnreadSheet, ...]


def read_workbook(path: Path, file_name: str, file_format: FileFormat, target: Path) -> WorkbookRead:
    """Write a workbook's rows to `target`, one JSON list of texts a line; refused when it cannot be read within the limits.

    Without a sheet named in the profile it is the first one, and every other that begins with the same header: a writer that came
    to the end of a sheet went on there. A name with `*` is that of several sheets, all with one header.
    """
    command = [
        sys.executable, "-I", str(CHILD), str(path), str(target), file_format.sheet or "",
        str(file_format.header_line + file_format.header_rows - 1 if file_format.header_line else 0),
        str(MEMORY_BYTES), str(CPU_SECONDS),
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, timeout=WAIT_SECONDS, check=False, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired as error:
        raise _refused(file_name, f"was not read within {WAIT_SECONDS} seconds") from error
    if done.returncode != 0:
        raise _refused(file_name, f"is not an Excel workbook (.xlsx) that can be read: {_why(done)}")
    told = json.loads(done.stdout)
    return WorkbookRead(tuple(SheetLines(**one) for one in told["read"]), tuple(UnreadSheet(**one) for one in told["unread"]))


def _refused(file_name: str, what: str) -> DataRefusedError:
    return DataRefusedError(
        f"{file_name}: {what}.",
        "ask the sender for the file again, saved as .xlsx, or correct `format` and `sheet` in the profile; nothing was loaded",
    )


def _why(done: subprocess.CompletedProcess[bytes]) -> str:
    """The child's last words; of one that was ended, by what."""
    if done.returncode < 0:
        return f"its reader was ended by signal {-done.returncode}, as by a cell out of all bounds"
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    words = lines[-1].strip() if lines else "its reader ended without a word"
    if "memory" in words.lower() or words.startswith(("thread", "note:")):
        return f"it needs more than {MEMORY_BYTES >> 30} GiB of memory"
    return words.partition(": ")[2] or words
