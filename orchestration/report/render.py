"""Report rows as a table on the screen, CSV or Excel. Knows nothing about what they mean."""

import csv
import io
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from openpyxl import Workbook

# A spreadsheet runs a cell that begins so: https://owasp.org/www-community/attacks/CSV_Injection
RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r")
SHEET_ROW_LIMIT = 1_048_576
# Numbers of rows, items and the like, by the names of their columns; another whole number, such as a line's, is a name.
COUNTS = ("count", "rows")

Rows = Sequence[Sequence[object]]


def as_table(columns: Sequence[str], rows: Rows) -> str:
    """Aligned columns: text to the left, numbers to the right."""
    counted = [name.endswith(COUNTS) for name in columns]
    cells = [[_cell(value, is_count) for value, is_count in zip(row, counted, strict=True)] for row in rows]
    widths = [max([len(name), *(len(row[i]) for row in cells)]) for i, name in enumerate(columns)]
    numeric = [all(isinstance(row[i], int | Decimal) for row in rows) and bool(rows) for i in range(len(columns))]
    lines = [columns, *cells]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width) for cell, width, right in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in lines
    )


def titled_table(title: str, columns: Sequence[str], rows: Rows) -> Iterator[str]:
    """A table under its title, after an empty line; `none` where there are no rows."""
    yield f"\n{title}"
    yield as_table(columns, rows) if rows else "none"


def as_csv(columns: Sequence[str], rows: Rows) -> str:
    """Comma-separated values, with text that a spreadsheet would run made harmless."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([harmless(name) for name in columns])
    writer.writerows([harmless(value) for value in row] for row in rows)
    return out.getvalue()


def write_xlsx(path: Path, sheet: str, columns: Sequence[str], rows: Rows) -> None:
    """One sheet of an Excel workbook; ValueError when a sheet cannot hold the rows."""
    if len(rows) >= SHEET_ROW_LIMIT:
        raise ValueError(f"{len(rows):,} rows; a sheet holds {SHEET_ROW_LIMIT - 1:,} and a header")
    book = Workbook(write_only=True)
    page = book.create_sheet(sheet)
    page.append([harmless(name) for name in columns])
    for row in rows:
        page.append([harmless(value) for value in row])
    book.save(path)


def harmless(value: object) -> object:
    """Text that a spreadsheet would take for a formula, with an apostrophe before it; anything else as it is."""
    return f"'{value}" if isinstance(value, str) and value.startswith(RUN_BY_SPREADSHEETS) else value


def readable(value: object, places: int = 2) -> str:
    """A value for a person: thousands apart, decimals beyond `places` where they say something; empty where there is none."""
    if isinstance(value, Decimal):
        whole, _, decimals = f"{value:,f}".partition(".")
        decimals = decimals.rstrip("0").ljust(places, "0")
        return f"{whole}.{decimals}" if decimals else whole
    return "" if value is None else str(value)


def _cell(value: object, is_count: bool) -> str:
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    return f"{value:,}" if is_count and isinstance(value, int) else readable(value)
