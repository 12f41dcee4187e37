"""A synthetic sender: believable ERP, CRM and bureau extracts of any size, in the senders' own formats.

DuckDB draws everything from hashes of the seed (the SQL beside this file), one part of the ledger at a time, so memory does not
grow with size and the same seed gives the same bytes. Python only names files and transcodes.
"""

import math
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import duckdb_extensions

SQL_DIR = Path(__file__).parent
SALES_PER_PART = 200_000
DOCUMENTS_PER_SALE = 2.95
MONTHS = 48
# Share of a year's sales by calendar month: the building season in spring and autumn, the new-year lull.
SEASON = (5, 4, 11, 11, 10, 8, 7, 7, 10, 10, 9, 8)


@dataclass(frozen=True)
class SyntheticSender:
    """What to generate: size in documents (approximate), seed, and the last day of the history."""

    documents: int = 20_000
    seed: int = 1
    ends_on: date = date(2026, 10, 31)

    @property
    def starts_on(self) -> date:
        """First day of the history: 48 months that end with `ends_on`'s month."""
        months = self.ends_on.year * 12 + self.ends_on.month - MONTHS
        return date(months // 12, months % 12 + 1, 1)

    @property
    def customer_count(self) -> int:
        """One customer for 50 documents, at least 12."""
        return max(12, self.documents // 50)

    @property
    def sale_count(self) -> int:
        """Sales that together with their receipts, credits and write-offs come to about `documents`."""
        return math.ceil(self.documents / DOCUMENTS_PER_SALE)


def write_extracts(sender: SyntheticSender, folder: Path) -> list[Path]:
    """Write the sender's files below `folder` and return them, sorted. Existing files of the same names are replaced."""
    with tempfile.TemporaryDirectory(prefix="synthetic-") as scratch:
        con = duckdb.connect(str(Path(scratch) / "generator.duckdb"))
        try:
            return sorted(_write_all(con, sender, folder, Path(scratch)))
        finally:
            con.close()


def _write_all(con: duckdb.DuckDBPyConnection, sender: SyntheticSender, folder: Path, scratch: Path) -> Iterator[Path]:
    con.execute("set enable_progress_bar = false")
    duckdb_extensions.import_extension("excel", con=con)
    con.execute("load excel")
    _set_variables(con, sender)
    for name in ("macros.sql", "customers.sql", "bureau.sql", "totals.sql"):
        _run(con, name)
    parts = math.ceil(sender.sale_count / SALES_PER_PART)
    for part in range(parts):
        con.execute("set variable first_sale = ?", [part * SALES_PER_PART])
        con.execute("set variable last_sale = ?", [min((part + 1) * SALES_PER_PART, sender.sale_count)])
        _run(con, "ledger.sql")
        con.execute(
            "insert into monthly_totals select company_code, currency_code, date_trunc('month', accounting_date), sum(amount) "
            "from documents group by all"
        )
        yield from _export(con, "exports_part.sql", folder, scratch, f"{part + 1:03d}")
    _run(con, "valuations.sql")
    yield from _export(con, "exports.sql", folder, scratch, "")


def _set_variables(con: duckdb.DuckDBPyConnection, sender: SyntheticSender) -> None:
    variables = {
        "seed": sender.seed,
        "customer_count": sender.customer_count,
        "salesperson_count": 12 + sender.customer_count // 100,
        "starts_on": sender.starts_on.isoformat(),
        "ends_on": sender.ends_on.isoformat(),
        "day_count": (sender.ends_on - sender.starts_on).days,
    }
    for name, value in variables.items():
        con.execute(f"set variable {name} = ?", [value])
    months = [(sender.starts_on.month - 1 + i) % 12 for i in range(MONTHS)]
    ends = [sum(SEASON[m] for m in months[: i + 1]) * sender.sale_count // sum(SEASON[m] for m in months) for i in range(MONTHS)]
    con.execute("create table sale_months (month_start date, first_sale bigint, last_sale bigint)")
    for i, end in enumerate(ends):
        con.execute(
            "insert into sale_months values ((?::date + to_months(?))::date, ?, ?)",
            [sender.starts_on, i, ends[i - 1] if i else 0, end - 1],
        )


def _run(con: duckdb.DuckDBPyConnection, name: str) -> None:
    con.execute((SQL_DIR / name).read_text(encoding="utf-8"))


def _export(con: duckdb.DuckDBPyConnection, name: str, folder: Path, scratch: Path, part: str) -> Iterator[Path]:
    """Write each `-- file:` statement of an SQL file in the format that the file's ending names."""
    text = (SQL_DIR / name).read_text(encoding="utf-8")
    for file_name, query in re.findall(r"^-- file: (\S+)\n(.*?);$", text, flags=re.MULTILINE | re.DOTALL):
        target = folder / file_name.format(part=part)
        target.parent.mkdir(parents=True, exist_ok=True)
        written = scratch / "export"
        con.execute(f"copy ({query}) to '{written}' ({_copy_options(target.suffix)})")
        if target.suffix == ".csv":
            _transcode(written, target, "gb18030")
        else:
            shutil.copyfile(written, target)
        yield target


def _copy_options(suffix: str) -> str:
    return {
        ".csv": "format csv, header true",
        ".jsonl": "format json",
        ".xlsx": "format xlsx, header true, sheet 'Sheet1'",
    }[suffix]


def _transcode(source: Path, target: Path, encoding: str) -> None:
    with source.open(encoding="utf-8", newline="") as text, target.open("w", encoding=encoding, newline="") as out:
        shutil.copyfileobj(text, out, 1 << 20)
