"""The refresh's benchmark: a first refresh of a synthetic sender, nothing new, the next day, all anew, another policy.

Each is the whole command in a process of its own: load, build, tests, gate, publication. What the next day published must be what
`--full` then publishes, or no time is told. The yardstick is the same compiled models in one DuckDB process, without dbt, tests
and checks. Run by `receivables bench refresh`.
"""

import csv
import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

import duckdb

from benchmarks.measuring import Measured, measured
from ingestion.errors import DataRefusedError
from ingestion.sql import literal, whole_number
from ingestion.synthetic import SyntheticSender, write_extracts
from orchestration.project.manifest import dbt_command
from orchestration.publication.serving import required_manifest
from orchestration.settings import PROJECT_ROOT, Settings, apply_settings

FIRST_DAY = date(2026, 10, 30)
NEXT_DAY = FIRST_DAY + timedelta(days=1)
# Of the payments laid to debts before the last closed month, one in so many reaches us only on the next day.
BACKDATED_ONE_IN = 2_000
CLOSED_MONTH = "20261001"
# The policy that changes: a version of its own that takes effect in the month that is open, with another turnover period.
OLD_VERSION, NEW_VERSION, TAKES_EFFECT = "turnover-1", "turnover-bench", "2026-10-01"
PERIOD_MONTHS = "3"


def run_benchmark(home: Settings, documents: int) -> Iterator[str]:
    """Measure and say so line by line; DataRefusedError when the next day is not what a whole refresh makes of it."""
    folder = home.home / "bench_refresh"
    shutil.rmtree(folder, ignore_errors=True)
    extracts, later = folder / "extracts", folder / "later"
    write_extracts(SyntheticSender(documents, ends_on=FIRST_DAY), extracts)
    write_extracts(SyntheticSender(documents, ends_on=NEXT_DAY), later)
    backdated = _hold_back(extracts)
    first = _refreshed(folder, extracts, FIRST_DAY)
    yield f"first refresh, {_document_count(folder):,} documents   {first}"
    yield f"nothing new                              {_refreshed(folder, extracts, FIRST_DAY)}"
    new_lines = _deliver(extracts, later)
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


def _hold_back(extracts: Path) -> int:
    """Take old applications out of the first day's files, to come on the next as payments that were laid to debts long ago."""
    file = extracts / "erp" / "ar_clearing_001.csv"
    header, *lines = file.read_text(encoding="gb18030").splitlines(keepends=True)
    late = {line for line in lines[::BACKDATED_ONE_IN] if line.split(",")[5] < CLOSED_MONTH}
    file.write_text("".join([header, *(line for line in lines if line not in late)]), encoding="gb18030", newline="")
    return len(late)


def _deliver(extracts: Path, later: Path) -> int:
    """Put the next day's files beside the first day's: new lines alone where a table comes in many files, else the file anew."""
    new_lines = 0
    for path in sorted(path for path in later.rglob("*") if path.is_file()):
        present = extracts / path.relative_to(later)
        if path.read_bytes() == present.read_bytes():
            continue
        if path.stem.endswith("_001") and path.suffix == ".csv":
            known = set(present.read_text(encoding="gb18030").splitlines())
            header, *lines = path.read_text(encoding="gb18030").splitlines()
            new = [line for line in lines if line not in known]
            text = "\n".join([header, *new]) + "\n"
            present.with_name(f"{path.stem}_next_day.csv").write_text(text, encoding="gb18030", newline="")
            new_lines += len(new)
        elif path.stem.endswith("_001"):
            new_lines += _write_new_rows(path, present)
        else:
            shutil.copyfile(path, present)
    return new_lines


def _write_new_rows(path: Path, present: Path) -> int:
    """Write a workbook of the rows that are new in another; gives how many."""
    with duckdb.connect() as con:
        con.execute("load excel")
        rows = " except all ".join(f"select * from read_xlsx({literal(str(one))}, all_varchar = true)" for one in (path, present))
        con.execute(f"create table new_rows as {rows}")
        target = present.with_name(f"{path.stem}_next_day.xlsx")
        con.execute(f"copy new_rows to {literal(str(target))} (format xlsx, header true)")
        return whole_number(con, "select count(*) from new_rows")


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
