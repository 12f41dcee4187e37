"""The refresh's benchmark: a first refresh of a synthetic sender, nothing new, the next day, all anew, another policy.

Each is the whole command in a process of its own: load, build, tests, gate, publication. What the next day published must be what
`--full` then publishes, or no time is told. The yardstick is the same compiled models in one DuckDB process, without dbt, tests
and checks. Run by `receivables bench refresh`.
"""

import csv
import json
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from itertools import compress
from operator import not_
from pathlib import Path

import duckdb

from benchmarks.measuring import Measured, measured
from ingestion.errors import DataRefusedError
from ingestion.sql import literal, quoted, whole_number
from ingestion.synthetic import SyntheticSender, write_extracts
from orchestration.project.manifest import dbt_command
from orchestration.publication.serving import required_manifest
from orchestration.settings import PROJECT_ROOT, Settings, apply_settings

FIRST_DAY = date(2026, 10, 30)
NEXT_DAY = FIRST_DAY + timedelta(days=1)
# Of the payments laid to debts in the month that was closed last, one in so many reaches us only on the next day.
BACKDATED_ONE_IN = 50
CLOSED_MONTH = "202609"
NEXT_DAY_WRITTEN = f"{NEXT_DAY:%Y%m%d}"
# The bureau's files are delivered whole: what it published since this day comes with the next.
PUBLISHED_LATE = str(NEXT_DAY - timedelta(days=6))
# Dates stand among a line's first fields, before amounts, which may hold commas.
MOST_FIELDS = 6
DATED_WORKBOOKS = {"collection_activities": "活动日期", "promises": "承诺日", "disputes": "提出日期"}
# The policy that changes: a version of its own that takes effect in the month that is open, with another turnover period.
OLD_VERSION, NEW_VERSION, TAKES_EFFECT = "turnover-1", "turnover-bench", "2026-10-01"
PERIOD_MONTHS = "3"


def run_benchmark(home: Settings, documents: int) -> Iterator[str]:
    """Measure and say so line by line; DataRefusedError when the next day is not what a whole refresh makes of it."""
    folder = home.home / "bench_refresh"
    shutil.rmtree(folder, ignore_errors=True)
    extracts, later = folder / "extracts", folder / "later"
    write_extracts(SyntheticSender(documents, ends_on=NEXT_DAY), extracts)
    new_lines, backdated = _hold_back(extracts, later)
    first = _refreshed(folder, extracts, FIRST_DAY)
    yield f"first refresh, {_document_count(folder):,} documents   {first}"
    yield f"nothing new                              {_refreshed(folder, extracts, FIRST_DAY)}"
    shutil.copytree(later, extracts, dirs_exist_ok=True)
    next_day = _refreshed(folder, extracts, NEXT_DAY)
    kept = _content(folder)
    whole = _refreshed(folder, extracts, NEXT_DAY, "--full")
    if _content(folder) != kept:
        raise DataRefusedError("The next day's publication is not what a whole refresh makes.", f"compare the two in {folder}")
    yield f"next day, {new_lines:,} new lines, {backdated:,} of them backdated  {next_day}"
    yield f"the same day, all anew                   {whole}"
    changed = _refreshed(folder, extracts, NEXT_DAY, code=_with_another_policy(folder))
    yield f"another version of a policy              {changed}"
    yardstick = _yardstick(folder)
    yield f"yardstick: the models' SQL alone         {yardstick}"
    yield (
        f"next day / whole: {next_day.cpu_seconds / whole.cpu_seconds:.2f}; "
        f"whole / yardstick: {whole.cpu_seconds / yardstick.cpu_seconds:.2f} (CPU)"
    )


def _hold_back(extracts: Path, later: Path) -> tuple[int, int]:
    """Move what happens on the next day, and some applications of the month before, out of the extracts into files of their own.

    Gives the lines of ledger and CRM that come late, and how many of them are applications over a closed month. One history is
    cut in two, as a synthetic sender that ends a day later draws some of its past otherwise.
    """
    counts = {"new": 0, "backdated": 0}
    documents: set[str] = set()
    for stem, is_new in _of_next_day(documents, counts).items():
        for path in sorted((extracts / "erp").glob(f"{stem}_[0-9]*.csv")):
            header, *lines = path.read_text(encoding="gb18030").splitlines(keepends=True)
            new = [is_new(number, line.split(",", MOST_FIELDS)) for number, line in enumerate(lines)]
            if any(new):
                path.write_text(header + "".join(compress(lines, map(not_, new))), encoding="gb18030", newline="")
                late = later / "erp" / f"{path.stem}_next_day.csv"
                late.parent.mkdir(parents=True, exist_ok=True)
                late.write_text(header + "".join(compress(lines, new)), encoding="gb18030", newline="")
                counts["new"] += sum(new)
    for stem, column in DATED_WORKBOOKS.items():
        for path in sorted((extracts / "crm").glob(f"{stem}_[0-9]*.xlsx")):
            counts["new"] += _split_workbook(path, later / "crm" / f"{path.stem}_next_day.xlsx", column)
    for path in sorted((extracts / "bureau").glob("*.jsonl")):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if line.partition('"published":"')[2][:10] < PUBLISHED_LATE]
        if len(kept) < len(lines):
            (later / "bureau").mkdir(parents=True, exist_ok=True)
            shutil.copy(path, later / "bureau" / path.name)
            path.write_text("".join(kept), encoding="utf-8", newline="")
    return counts["new"], counts["backdated"]


def _of_next_day(documents: set[str], counts: dict[str, int]) -> dict[str, Callable[[int, list[str]], bool]]:
    """Which lines of the ledger's files come on the next day, by their number and fields; `documents` are remembered."""

    def is_document(_: int, fields: list[str]) -> bool:
        is_new = fields[5] == NEXT_DAY_WRITTEN
        if is_new:
            documents.add(f"{fields[0]} {fields[1]}")
        return is_new

    def is_instalment(_: int, fields: list[str]) -> bool:
        return f"{fields[0]} {fields[1]}" in documents

    def is_application(number: int, fields: list[str]) -> bool:
        if fields[5] == NEXT_DAY_WRITTEN:
            return True
        is_backdated = number % BACKDATED_ONE_IN == 0 and fields[5].startswith(CLOSED_MONTH)
        counts["backdated"] += is_backdated
        return is_backdated

    def is_order(_: int, fields: list[str]) -> bool:
        return fields[3] == NEXT_DAY_WRITTEN

    return {
        "ar_documents": is_document, "ar_instalments": is_instalment, "ar_clearing": is_application, "sales_orders": is_order,
    }  # fmt: skip


def _split_workbook(path: Path, late: Path, column: str) -> int:
    """Move a workbook's rows of the next day into another; gives how many."""
    late.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as con:
        con.execute("load excel")
        con.execute(f"create table held as from read_xlsx({literal(str(path))}, all_varchar = true)")
        is_late = f"{quoted(column)} = {literal(str(NEXT_DAY))}"
        con.execute(f"copy (from held where {is_late}) to {literal(str(late))} (format xlsx, header true)")
        con.execute(f"copy (from held where not coalesce({is_late}, false)) to {literal(str(path))} (format xlsx, header true)")
        return whole_number(con, f"select count(*) from held where {is_late}")


def _refreshed(folder: Path, extracts: Path, as_of: date, *options: str, code: Path = PROJECT_ROOT) -> Measured:
    # `python -c` imports from where it is started, so also a copy of the code.
    command = [sys.executable, "-c", "from orchestration.cli import main; main()", "refresh", "--as-of", as_of.isoformat()]
    apply_settings(_home(folder))
    return measured([*command, *options, "--profile", "demo", "--extracts", str(extracts)], code, shows_errors_only=True)


def _with_another_policy(folder: Path) -> Path:
    """A copy of this checkout's code with one more version of a policy."""
    code = folder / "code"
    for part in ("ingestion", "orchestration", "dbt_project"):
        shutil.copytree(PROJECT_ROOT / part, code / part, ignore=shutil.ignore_patterns("target", "__pycache__"))
    shutil.copy(PROJECT_ROOT / "uv.lock", code)
    for seed in (code / "dbt_project" / "seeds" / "policy").glob("*.csv"):
        with seed.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file)
            new = [{**row, "policy_version": NEW_VERSION} for row in rows if row.get("policy_version") == OLD_VERSION]
        changed = {"effective_from": TAKES_EFFECT, "period_months": PERIOD_MONTHS}
        with seed.open("a", encoding="utf-8", newline="") as file:
            out = csv.DictWriter(file, rows.fieldnames or (), lineterminator="\n")
            out.writerows({**row, **{name: value for name, value in changed.items() if name in row}} for row in new)
    return code


def _yardstick(folder: Path) -> Measured:
    """The models' compiled SQL on the same raw tables, one after the other."""
    home, copy = _home(folder), Settings(folder / "yardstick")
    copy.home.mkdir()
    shutil.copy(home.working_database, copy.working_database)
    with duckdb.connect(str(copy.working_database)) as con:
        con.execute("create schema yardstick")
        con.execute("create table yardstick.int_identity__similar as from intermediate.int_identity__similar")
        for schema in ("staging", "intermediate", "marts"):
            con.execute(f"drop schema {schema} cascade")
    apply_settings(copy)
    target = folder / "compiled"
    measured(dbt_command(home.assembled_project, target, "--quiet", "compile", "--select", "resource_type:model"))
    return measured([sys.executable, "-m", "benchmarks.refresh", str(copy.working_database), str(target), copy.memory_limit])


def run_models(database: Path, target: Path, memory_limit: str) -> None:
    """Every compiled SQL model as a table or view of its schema, in the order in which they depend on each other."""
    nodes = json.loads((target / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    models = {name: node for name, node in nodes.items() if node["resource_type"] == "model"}
    done: set[str] = set()
    with duckdb.connect(str(database)) as con:
        con.execute(f"set memory_limit = {literal(memory_limit)}")
        con.execute("set preserve_insertion_order = false")
        con.execute("set enable_progress_bar = false")
        for schema in ("staging", "intermediate", "marts"):
            con.execute(f"create schema {schema}")
        while len(done) < len(models):
            for name, node in models.items():
                if name not in done and {one for one in node["depends_on"]["nodes"] if one in models} <= done:
                    _run_model(con, node)
                    done.add(name)


def _run_model(con: duckdb.DuckDBPyConnection, node: Mapping[str, object]) -> None:
    kind = "view" if dict(node["config"])["materialized"] == "view" else "table"  # type: ignore[call-overload]
    query = node["compiled_code"] if node["language"] == "sql" else f"from yardstick.{node['name']}"
    con.execute(f"create {kind} {node['relation_name']} as {query}")


def _home(folder: Path) -> Settings:
    return Settings(folder / "home")


def _content(folder: Path) -> str:
    return str(required_manifest(_home(folder))["content_hash"])


def _document_count(folder: Path) -> int:
    with duckdb.connect(str(_home(folder).working_database), read_only=True) as con:
        return whole_number(con, "select count(*) from staging.stg_erp__documents")
