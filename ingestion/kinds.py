"""What a file is by its bytes, whatever its name and its profile say: its encoding by a byte order mark, and its kind."""

import re
import zipfile
from pathlib import Path

from ingestion.errors import DataRefusedError
from ingestion.profile import FileFormat

HEAD_BYTES = 4096
CHUNK_BYTES = 1 << 20
# The longer marks first: that of UTF-32 begins as that of UTF-16 does.
MARKS = (
    (b"\xef\xbb\xbf", "utf-8", "utf-8"), (b"\xff\xfe\x00\x00", "utf-32", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32", "utf-32-be"), (b"\xff\xfe", "utf-16", "utf-16-le"), (b"\xfe\xff", "utf-16", "utf-16-be"),
)  # fmt: skip
XLSX = "an Excel workbook (.xlsx)"
XLS = "a workbook of Excel 97 to 2003 (.xls)"
LOCKED = "a workbook that a password locks"
OLD_CONTAINER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LOCK = "EncryptedPackage".encode("utf-16-le")
OF_BYTES = ((b"%PDF", "a PDF document"), (b"\x1f\x8b", "a gzip archive"), (b"{\\rtf", "an RTF document"))
OF_TEXT = (
    (r"^<[^>]*>.*urn:schemas-microsoft-com:office:spreadsheet", "an XML spreadsheet of Excel 2003 (often named .xls)"),
    (r"^<(?:!doctype html|html|head|meta|style|table|body)\b", "an HTML page (often named .xls)"),
    (r"^<\?xml.*<html\b", "an HTML page (often named .xls)"),
)
OF_ARCHIVE = (
    ("xl/workbook.xml", XLSX), ("xl/workbook.bin", "a binary Excel workbook (.xlsb)"),
    ("content.xml", "an OpenDocument spreadsheet (.ods)"),
)  # fmt: skip


def marked_encoding(path: Path) -> str | None:
    """The encoding that a file's byte order mark names, for reading from the mark on; None without a mark."""
    return _marked(path)[0]


def encoding_below_mark(path: Path) -> str | None:
    """The same, for reading from below the mark, where nothing tells the order of bytes."""
    return _marked(path)[1]


def _marked(path: Path) -> tuple[str, str] | tuple[None, None]:
    with path.open("rb") as file:
        head = file.read(4)
    return next(((whole, below) for mark, whole, below in MARKS if head.startswith(mark)), (None, None))


def refuse_another_kind(path: Path, file_name: str, file_format: FileFormat) -> None:
    """Refuse a file that is not of its profile's format, by the name of what it is."""
    kind = kind_of(path)
    if kind == XLSX:
        if file_format.format != "xlsx":
            raise DataRefusedError(
                f"{file_name}: is {XLSX}, not {file_format.format}.",
                "set `format: xlsx` in the profile, or ask the sender for the file as text; nothing was loaded",
            )
    elif kind is not None:
        raise DataRefusedError(
            f"{file_name}: is {kind}, not {XLSX if file_format.format == 'xlsx' else file_format.format}.",
            "ask the sender for the file saved as .xlsx or as CSV, without a password; nothing was loaded",
        )


def kind_of(path: Path) -> str | None:
    """What a file is; None of text, and of what has no name here."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if head.startswith(OLD_CONTAINER):
        return LOCKED if _contains(path, LOCK) else XLS
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_archive(path)
    for sign, kind in OF_BYTES:
        if head.startswith(sign):
            return kind
    text = head.decode(marked_encoding(path) or "latin-1", errors="replace").lstrip("\ufeff\xef\xbb\xbf \t\r\n").lower()
    return next((kind for pattern, kind in OF_TEXT if re.search(pattern, text, re.DOTALL)), None)


def _kind_of_archive(path: Path) -> str | None:
    """A workbook by its parts, or another archive; None of one that is damaged, which its reader tells."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except zipfile.BadZipFile:
        return None
    return next((kind for part, kind in OF_ARCHIVE if part in names), "a zip archive")


def _contains(path: Path, sign: bytes) -> bool:
    end = b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            if sign in end + chunk:
                return True
            end = chunk[-len(sign) :]
    return False
