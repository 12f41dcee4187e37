"""Kills a refresh (SIGKILL, with all that it started) at random moments and reports whether anything came of it.

The first half of the kills meets an empty home, the second half one that has published an earlier date. For each kill: whether
what is published was whole and readable. In the end: whether the next run finished and gave the content hash of an undisturbed
run. Run by `make benchmark-kill`; `--kills N --seed S` for more.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

EARLIER_DATE = "2025-12-31"
RECEIVABLES = str(Path(sys.executable).with_name("receivables"))


def main() -> int:
    """Run the benchmark and return 0 when every check held."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        undisturbed = Path(scratch) / "undisturbed"
        seconds = _refresh(undisturbed)
        expected = _content_hash(undisturbed)
        print(f"undisturbed: {seconds:.1f} s, content {expected}")
        killed = Path(scratch) / "killed"
        moments = random.Random(options.seed)
        failures = 0
        earlier = None
        for kill in range(1, options.kills + 1):
            if kill == options.kills // 2 + 1:
                _refresh(killed, "refresh", "--as-of", EARLIER_DATE)
                earlier = _content_hash(killed)
                print(f"published as of {EARLIER_DATE}: content {earlier}")
            after = _kill_refresh(killed, moments.uniform(3, seconds * 0.95))
            found = _content_hash(killed)
            is_whole = found in (earlier, expected)
            failures += not is_whole
            print(f"kill {kill} after {after:5.1f} s: published {found or 'nothing yet'}: {'whole' if is_whole else 'BROKEN'}")
        _refresh(killed)
        is_same = _content_hash(killed) == expected
        print(f"next run: {'same content as undisturbed' if is_same else 'DIFFERENT CONTENT'}")
        return 1 if failures or not is_same else 0


def _environment(home: Path) -> dict[str, str]:
    return {**os.environ, "RECEIVABLES_HOME": str(home)}  # noqa: TID251


def _refresh(home: Path, *arguments: str) -> float:
    started = time.monotonic()
    subprocess.run([RECEIVABLES, *(arguments or ["demo"])], env=_environment(home), check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - started


def _kill_refresh(home: Path, after: float) -> float:
    process = subprocess.Popen(
        [RECEIVABLES, "demo"],
        env=_environment(home),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(after)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return after


def _content_hash(home: Path) -> str | None:
    """Content hash that the published file tells of itself, after reading every table of it; None when there is none."""
    database = home / "published" / "receivables.duckdb"
    if not database.exists():
        return None
    with duckdb.connect(str(database), read_only=True) as con:
        for (table,) in con.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall():
            con.execute(f'select count(*) from marts."{table}"').fetchall()
        row = con.execute("select manifest ->> '$.content_hash' from marts.dim_publication").fetchone()
    return row[0] if row else None


if __name__ == "__main__":
    sys.exit(main())
