"""The readers' benchmark: many readers of what is published, first in quiet, then while refreshes publish one date after another.

Every answer is checked before a time is told: a reader's DuckDB file and Parquet files are of one publication, whole, and each
total is the one that this publication had at its first reading. Run by `receivables bench readers`.
"""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import duckdb

from ingestion.errors import DataRefusedError
from orchestration.publication.serving import CURRENT, DATABASE, PARQUET, required_manifest
from orchestration.settings import PROJECT_ROOT, Settings

PAUSE_SECONDS = 1.0
MOST_TIMES_SLOWER = 2.0
TOTALS = "select as_of_date, sum(outstanding_amount)::varchar, count(*) from {source} group by 1 order by 1"


def run_benchmark(settings: Settings, readers: int, seconds: int, profile: str) -> Iterator[str]:
    """Measure and say so line by line; DataRefusedError when a reader saw anything but one whole publication."""
    as_of_date = date.fromisoformat(required_manifest(settings)["as_of_date"])
    dates = [as_of_date.replace(day=1), as_of_date]
    quiet = _read(settings, readers, seconds)
    yield f"quiet     {_told(quiet)}"
    started = _started(settings, readers, seconds)
    published, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        command = ["refresh", "--as-of", dates[published % 2].isoformat(), "--profile", profile]
        done = subprocess.run([_receivables(), *command], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise DataRefusedError(f"A refresh did not publish: {done.stderr}", "give the profile that the home was loaded by")
        published += 1
    busy = _ended(*started)
    seen = len({one["publication"] for one in busy})
    yield f"publishing {_told(busy)}, {published} refreshes, {seen} publications seen"
    if seen == 1:
        raise DataRefusedError("Nothing was published while the readers looked.", "give more seconds than a refresh takes")
    slower = _percentile(busy, 0.95) / _percentile(quiet, 0.95)
    yield f"p95 while publishing / quiet: {slower:.2f}{' (aim: at most 2)' if slower > MOST_TIMES_SLOWER else ''}"


def read_on(published: Path, seconds: float) -> Iterator[dict[str, object]]:
    """What one reader sees and how long each look takes, until the time is up."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        # Looked up once: all that follows is of one set, whatever is switched meanwhile.
        current = published / (published / CURRENT).readlink()
        began = time.monotonic()
        with duckdb.connect(str(current / DATABASE), read_only=True) as con:
            database = con.execute("select publication_id from marts.dim_publication").fetchall()
            totals = con.execute(TOTALS.format(source="marts.fct_aging")).fetchall()
        took = time.monotonic() - began
        with duckdb.connect() as con:
            parquet = con.execute(f"select publication_id from '{current / PARQUET / 'dim_publication.parquet'}'").fetchall()
            same = con.execute(TOTALS.format(source=f"'{current / PARQUET / 'fct_aging.parquet'}'")).fetchall() == totals
        # By the outer name, as most tools have it: some whole publication.
        with duckdb.connect(str(published / DATABASE), read_only=True) as con:
            outer = len(con.execute(TOTALS.format(source="marts.fct_aging")).fetchall()) > 0
        yield {
            "publication": database[0][0],
            "is_whole": database == parquet and same and outer,
            "totals": repr(totals),
            "seconds": took,
        }
        time.sleep(PAUSE_SECONDS)


def _read(settings: Settings, readers: int, seconds: int) -> list[dict[str, object]]:
    return _ended(*_started(settings, readers, seconds))


def _started(settings: Settings, readers: int, seconds: int) -> tuple[list[subprocess.Popen[bytes]], Path]:
    """Readers at work, and the folder of the files that they tell what they see."""
    # Not in the home's place for temporary files: a refresh empties it.
    folder = settings.home / "bench_readers"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    command = [sys.executable, "-m", "benchmarks.readers", str(settings.published), str(seconds)]
    return [subprocess.Popen([*command, str(folder / str(number))], cwd=PROJECT_ROOT) for number in range(readers)], folder


def _ended(processes: Sequence[subprocess.Popen[bytes]], folder: Path) -> list[dict[str, object]]:
    """What all readers saw; refused when one fell over or saw a torn publication."""
    if any([process.wait() for process in processes]):  # noqa: C419 - all are waited for
        raise DataRefusedError("A reader fell over.", "see its error above")
    looks = [json.loads(line) for file in folder.iterdir() for line in file.read_text(encoding="utf-8").splitlines()]
    shutil.rmtree(folder)
    totals = {one["publication"]: one["totals"] for one in looks}
    torn = [one["publication"] for one in looks if not one["is_whole"] or one["totals"] != totals[one["publication"]]]
    if torn:
        raise DataRefusedError(f"{len(torn)} of {len(looks)} looks saw no whole publication, such as {torn[0]}.", "report this")
    return looks


def _told(looks: list[dict[str, object]]) -> str:
    p50, p95 = (_percentile(looks, share) * 1000 for share in (0.5, 0.95))
    return f"{len(looks):,} looks, all whole; p50 {p50:.0f} ms, p95 {p95:.0f} ms"


def _percentile(looks: list[dict[str, object]], share: float) -> float:
    times = sorted(float(str(one["seconds"])) for one in looks)
    return times[min(int(len(times) * share), len(times) - 1)]


def _receivables() -> str:
    return str(Path(sys.executable).with_name("receivables"))
