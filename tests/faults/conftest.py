"""What the fault tests share: the worked ledger refreshed in peace, and homes that may be damaged."""

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

from orchestration.trace.derivations import CITING
from tests.conftest import WORKED_LEDGER, Home, copied

DATABASES = itertools.count(1)
NOBODY = 65534
EARLIER, LATER = "2026-02-28", "2026-03-31"
# Marts that tell of the deliveries themselves, by load and line: another way to deliver the same books changes them.
TELLING_OF_LOADS = {"dim_data_sources", "fct_tie_outs", *CITING}


@dataclass(frozen=True)
class Undisturbed:
    """A home that has published an earlier date, and the same home after the refresh that faults are to disturb."""

    before: Home
    after: Home

    @property
    def content_hash(self) -> str:
        return self.after.content_hash()


@pytest.fixture(scope="session")
def undisturbed(new_home: Callable[[], Home], tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """The worked ledger, refreshed in peace as of February and then as of March; built by one worker for all."""
    folder = tmp_path_factory.getbasetemp().parent / "undisturbed"
    made = Undisturbed(Home(folder / "before"), Home(folder / "after"))
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            home = new_home()
            assert_published(refresh(home, EARLIER))
            shutil.copytree(home.path, made.before.path, symlinks=True)
            assert_published(refresh(home, LATER))
            shutil.copytree(home.path, made.after.path, symlinks=True)
    return made


@pytest.fixture
def home(undisturbed: Undisturbed, tmp_path: Path) -> Iterator[Home]:
    """A copy of the home that has published the earlier date."""
    yield from copied(undisturbed.before, tmp_path)


@pytest.fixture
def home_after(undisturbed: Undisturbed, tmp_path: Path) -> Iterator[Home]:
    """A copy of the home that has published the later date."""
    yield from copied(undisturbed.after, tmp_path)


def refresh_arguments(as_of: str, extracts: Path = WORKED_LEDGER) -> list[str]:
    return ["refresh", "--as-of", as_of, "--profile", "canonical", "--extracts", str(extracts)]


def refresh(home: Home, as_of: str, extracts: Path = WORKED_LEDGER):
    """Refresh as a user would."""
    return home.run(*refresh_arguments(as_of, extracts))


def assert_published(done) -> None:
    assert done.returncode == 0, done.stdout + done.stderr


def assert_no_row_is_lost(home: Home) -> None:
    """Of every load: loaded + quarantined = delivered, and what raw holds is what was loaded."""
    with duckdb.connect(str(home.path / "working.duckdb")) as con:
        loads = con.execute(
            "select load_id, table_name, delivered_row_count, loaded_row_count, quarantined_row_count from raw.loads"
        ).fetchall()
        bad = dict(
            con.execute(
                "select load_id, count(distinct line_number) from raw.quarantined_rows where is_row_loaded is not true group by 1"
            ).fetchall()
        )
        held: dict[int, int] = {}
        for table in {table for _, table, *_ in loads}:
            raw = f'raw."{table.replace(".", "__")}"'
            held |= dict(con.execute(f"select _load_id, count(*) from {raw} group by 1").fetchall())
    assert held.keys() <= {load_id for load_id, *_ in loads}
    for load_id, table, delivered, loaded, quarantined in loads:
        assert (held.get(load_id, 0), bad.get(load_id, 0)) == (loaded, quarantined), (load_id, table)
        assert loaded + quarantined == delivered, (load_id, table)


def published_hash(home: Home) -> str | None:
    """Content hash of what is published, after reading every table of it; None where nothing is."""
    if not home.serving_database.exists():
        return None
    with duckdb.connect(str(home.serving_database), read_only=True) as con:
        for (table,) in con.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall():
            con.execute(f'select count(*) from marts."{table}"').fetchall()
    return home.content_hash()


def figures(home: Home) -> dict[str, str]:
    """Content hash of each published mart but those that tell of the deliveries."""
    from orchestration.publication.serving import required_manifest
    from orchestration.settings import Settings

    marts = required_manifest(Settings(home.path))["marts"]
    return {name: mart["content_hash"] for name, mart in marts.items() if name not in TELLING_OF_LOADS}


@pytest.fixture(scope="session")
def database_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Folder of the socket of a PostgreSQL server of this run alone, without a network; ended with it."""
    if shutil.which("initdb") is None or shutil.which("pg_ctl") is None:
        pytest.skip("PostgreSQL's initdb and pg_ctl are not on the path")
    # A socket's path may have a hundred bytes, and the server refuses to run as root: as nobody it does.
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as place:
        as_owner = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] if os.getuid() == 0 else []
        if as_owner:
            os.chown(place, NOBODY, NOBODY)
        server = [*as_owner, "pg_ctl", "-D", f"{place}/data", "-l", f"{place}/log", "-w"]
        options = f"-c listen_addresses='' -k {place}"
        for command in (
            [*as_owner, "initdb", "-D", f"{place}/data", "-A", "trust", "-U", "anchors"], [*server, "-o", options, "start"],
        ):  # fmt: skip
            subprocess.run(command, check=True, capture_output=True, cwd=place)
        yield place
        subprocess.run([*server, "-m", "immediate", "stop"], check=True, capture_output=True, cwd=place)


@pytest.fixture
def database_of_anchors(database_server: str) -> Iterator[str]:
    """Address of an empty database on it."""
    import psycopg

    server = f"postgresql:///postgres?host={database_server}&user=anchors"
    name = f"anchors_{next(DATABASES)}"
    with psycopg.connect(server, autocommit=True) as con:
        con.execute(f"create database {name}")
    yield server.replace("/postgres?", f"/{name}?")
