"""The aging benchmark: balance periods and 25 dates of aging by the dbt models, against one hand-written DuckDB script.

Both read the same Parquet; the answers are compared row by row before any time is told. Then late entries are delivered, and
what is derived of the documents that they touch must be what a whole build derives. Last, one past date is asked of a published
set made of the result. Run by `receivables bench aging`.
"""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb

from benchmarks.measuring import Measured, measured
from ingestion.contract import load_contracts
from ingestion.errors import DataRefusedError
from ingestion.warehouse import LINEAGE_COLUMNS, ask_for, create_raw_tables, open_working
from orchestration.project.dictionary import assemble
from orchestration.project.manifest import dbt_command
from orchestration.settings import Settings, apply_settings

SQL = Path(__file__).parent
AS_OF_DATE, WINDOW_START, PAST_DATE = date(2026, 10, 31), date(2024, 10, 1), date(2026, 2, 15)
TABLES = ("documents", "instalments", "applications")
LATE_APPLICATIONS = 10_000
DERIVED = (
    "int_ledger__legs_ordered", "int_ledger__legs_walked", "int_ledger__legs_allocated",
    "int_ledger__balance_periods",
)  # fmt: skip
SERVED = ("dim_aging_policies", "dim_aging_buckets", "dim_fx_rates", "fct_balance_periods", "fct_claim_periods")
MODELS = ("+fct_aging", "+int_changes__documents_derived", *SERVED[:3], *(f"+{name}" for name in SERVED[3:]))
# Of the answers: what both sides must agree on, row by row, in the same types.
COMPARED = {
    "balance periods": (
        "select company_code, document_no, instalment_no, valid_from, valid_before, open_amount, due_date "
        "from intermediate.int_ledger__balance_periods where instalment_allocation in ('any', 'fifo_by_due_date')",
        "select company_code, document_no, instalment_no, valid_from, valid_before, open_amount::decimal(18, 2) as open_amount, "
        "due_date from yardstick.yardstick_periods",
    ),
    "aging": (
        "select as_of_date, company_code, customer_id, bucket_code, outstanding_amount, item_count::bigint as item_count "
        "from marts.fct_aging",
        "select as_of_date, company_code, company_code || '-' || customer_code, bucket_code, outstanding_amount, item_count "
        "from yardstick.yardstick_aging",
    ),
}


def run_benchmark(settings: Settings, documents: int, applications: int) -> Iterator[str]:
    """Measure and say so line by line; DataRefusedError when the answers differ. Works in `bench` below the home."""
    bench = Settings(settings.home / "bench", memory_limit=settings.memory_limit, dbt_threads=settings.dbt_threads)
    apply_settings(bench)
    _write_parquet(bench.home, documents, applications)
    yield from _sizes(bench.home)
    yardstick = _yardstick(bench)
    yield f"yardstick          {yardstick.seconds:8.1f} s   peak {yardstick.peak_gib:.2f} GiB"
    _load(bench)
    models = _models(bench)
    yield f"dbt models         {models.seconds:8.1f} s   peak {models.peak_gib:.2f} GiB"
    yield from _compare(bench)
    yield f"models / yardstick {models.seconds / yardstick.seconds:8.2f}"
    yield from _derive_late_entries(bench)
    yield from _ask_past_date(bench)


def _write_parquet(folder: Path, documents: int, applications: int) -> None:
    """The same sizes, the same files. With many payments, four documents in ten are invoices and the rest are receipts."""
    folder.mkdir(parents=True, exist_ok=True)
    invoices = documents * 42 // 100 if applications > documents // 2 else documents * 9 // 10
    for file in folder.glob("*.duckdb*"):
        file.unlink()
    with duckdb.connect(str(folder / "generator.duckdb")) as con:
        con.execute("set enable_progress_bar = false")
        con.execute("set preserve_insertion_order = false")
        for name, value in {
            "folder": str(folder),
            "invoice_count": invoices,
            "application_count": applications,
            "customer_count": max(10, documents // 50),
        }.items():
            con.execute(f"set variable {name} = ?", [value])
        con.execute((SQL / "generate.sql").read_text(encoding="utf-8"))
    (folder / "generator.duckdb").unlink()


def _sizes(folder: Path) -> Iterator[str]:
    for table in TABLES:
        ((rows,),) = duckdb.sql(f"select count(*) from '{folder / table}.parquet'").fetchall()
        yield f"{table:<19}{rows:>11,}"


def _yardstick(bench: Settings) -> Measured:
    program = (
        "import duckdb, pathlib, sys\n"
        "con = duckdb.connect(sys.argv[1])\n"
        "con.execute('set enable_progress_bar = false')\n"
        'con.execute("set memory_limit = \'" + sys.argv[2] + "\'")\n'
        "for name, value in zip(('folder', 'as_of_date', 'window_start'), sys.argv[3:6]):\n"
        "    con.execute(f'set variable {name} = ?', [value])\n"
        "con.execute(pathlib.Path(sys.argv[6]).read_text())\n"
    )
    database = bench.home / "yardstick.duckdb"
    arguments = [
        str(database),
        bench.memory_limit,
        str(bench.home),
        str(AS_OF_DATE),
        str(WINDOW_START),
        str(SQL / "yardstick.sql"),
    ]
    return measured([sys.executable, "-c", program, *arguments])


def _load(bench: Settings) -> None:
    """The Parquet files as raw tables, as views, so that the models read the files; all other extracts are absent."""
    with open_working(bench.working_database, bench.memory_limit) as con:
        create_raw_tables(con)
        for number, table in enumerate(TABLES, 1):
            contract = load_contracts()[f"erp.{table}"]
            found = [row[0] for row in con.execute(f"describe select * from '{bench.home / table}.parquet'").fetchall()]
            columns = [one.name if one.name in found else f"null::{one.sql_type} as {one.name}" for one in contract.columns]
            lineage = [f"{number}::{sql_type} as {name}" for name, sql_type in LINEAGE_COLUMNS.items()]
            raw, file = f"raw.{contract.raw_name}", bench.home / f"{table}.parquet"
            con.execute(f"drop table {raw}")
            con.execute(f"create view {raw} as select {', '.join(columns + lineage)} from '{file}'")
            con.execute(
                f"insert into raw.loads select {number}, 'erp.{table}', 'bench', '{file.name}', '', '', 'delta', 0, 0, 0, 0, 0, "
                f"count(*), count(*), 0, timestamp '2026-11-01', 1, null, null from {raw}"
            )
        create_raw_tables(con)  # registers each load as a delivery
        ask_for(con, AS_OF_DATE, "bench")


def _models(bench: Settings) -> Measured:
    """Seeds and parsing beforehand; then `dbt run` of the models that periods and aging need."""
    assemble(bench.dbt_project, bench.assembled_project)
    measured(_dbt(bench, "seed"))
    return measured(_dbt(bench, "run", "--select", *MODELS))


def _dbt(bench: Settings, *arguments: str) -> list[str]:
    return dbt_command(bench.assembled_project, bench.dbt_target, "--quiet", *arguments)


def _derive_late_entries(bench: Settings) -> Iterator[str]:
    """One more load corrects applications all over the ledger; the models run again, and what they keep is then built whole."""
    number = len(TABLES) + 1
    with open_working(bench.working_database, bench.memory_limit) as con:
        con.execute(
            f"""create table raw.late_applications as
            select * replace (applied_amount - 0.01 as applied_amount, {number} as _load_id)
            from raw.erp__applications order by hash(application_no) limit {LATE_APPLICATIONS}"""
        )
        con.execute("alter view raw.erp__applications rename to first_applications")
        con.execute("create view raw.erp__applications as from raw.first_applications union all from raw.late_applications")
        con.execute(f"insert into raw.loads select * replace ({number} as load_id) from raw.loads where load_id = {number - 1}")
        create_raw_tables(con)
        ask_for(con, AS_OF_DATE, "bench")
    again = measured(_dbt(bench, "run", "--select", *MODELS))
    appended, seconds_appended = _fingerprints(bench), _seconds_of_derived(bench)
    measured(_dbt(bench, "run", "--full-refresh", "--select", *DERIVED))
    if _fingerprints(bench) != appended:
        raise DataRefusedError("A whole build derives other periods from late entries.", "do not trust either's time")
    yield (
        f"{LATE_APPLICATIONS:,} late entries: models {again.seconds:.1f} s, of it legs and periods {seconds_appended:.1f} s "
        f"(built whole {_seconds_of_derived(bench):.1f} s)"
    )


def _seconds_of_derived(bench: Settings) -> float:
    """What the kept models took in the last run of dbt."""
    results = json.loads((bench.dbt_target / "run_results.json").read_text(encoding="utf-8"))["results"]
    return sum(float(one["execution_time"]) for one in results if one["unique_id"].split(".")[-1] in DERIVED)


def _fingerprints(bench: Settings) -> list[tuple[int, int]]:
    with open_working(bench.working_database, bench.memory_limit) as con:
        return [_fingerprint(con, f"from intermediate.{name}") for name in DERIVED]


def _compare(bench: Settings) -> Iterator[str]:
    with _both(bench) as con:
        for name, (ours, theirs) in COMPARED.items():
            rows, fingerprint = _fingerprint(con, ours)
            if (rows, fingerprint) != _fingerprint(con, theirs):
                differing = con.execute(f"from ({ours}) except all from ({theirs}) limit 3").fetchall()
                differing += con.execute(f"from ({theirs}) except all from ({ours}) limit 3").fetchall()
                raise DataRefusedError(f"The {name} of models and yardstick differ: {differing}", "do not trust either's time")
            yield f"{name:<19}{rows:>11,} rows, the same on both sides"


def _fingerprint(con: duckdb.DuckDBPyConnection, rows: str) -> tuple[int, int]:
    """How many rows, and the sum of their hashes: the same for the same rows in any order."""
    counted = con.execute(f"select count(*), coalesce(sum(hash(compared)), 0)::hugeint from ({rows}) as compared").fetchone()
    return counted or (0, 0)


@contextmanager
def _both(bench: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_working(bench.working_database, bench.memory_limit) as con:
        con.execute(f"attach '{bench.home / 'yardstick.duckdb'}' as yardstick_file (read_only)")
        con.execute("create schema if not exists yardstick")
        for table in ("yardstick_periods", "yardstick_aging"):
            con.execute(f"create or replace view yardstick.{table} as from yardstick_file.main.{table}")
        yield con


def _ask_past_date(bench: Settings) -> Iterator[str]:
    """One past date from a published file, by the command that users run and inside it."""
    from orchestration.report.aging import AgingQuestion, aged_ledger

    bench.published.mkdir(exist_ok=True)
    bench.serving_database.unlink(missing_ok=True)
    with duckdb.connect(str(bench.serving_database)) as con:
        con.execute(f"attach '{bench.working_database}' as working (read_only)")
        con.execute("create schema marts")
        for table in SERVED:
            con.execute(f"create table marts.{table} as from working.marts.{table}")
        manifest = f'{{"as_of_date": "{AS_OF_DATE}", "publication_id": "bench"}}'
        con.execute("create table marts.dim_publication as select ? as manifest", [manifest])
    started = time.perf_counter()
    with aged_ledger(bench, AgingQuestion(PAST_DATE)) as (ledger, _):
        _, rows = ledger.wide_rows()
    yield f"one past date      {time.perf_counter() - started:8.2f} s   ({len(rows)} rows)"
    command = [
        str(Path(sys.executable).with_name("receivables")),
        "aging",
        "--as-of",
        str(PAST_DATE),
        "--output",
        str(bench.home / "aging.txt"),
    ]
    whole = measured(command)
    yield f"the whole command  {whole.seconds:8.2f} s   peak {whole.peak_gib:.2f} GiB"
