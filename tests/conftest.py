"""Shared homes: warehouses that real refreshes have built, once a session, through the command that users run."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from orchestration.project.dictionary import assemble
from orchestration.project.manifest import current_manifest, dbt_command, tell_parse
from orchestration.settings import Settings, apply_settings

ROOT = Path(__file__).parents[1]
SHARED_DATA = ROOT.parent / "shared" / "data"
WORKED_LEDGER = ROOT / "tests" / "fixtures" / "worked_ledger"
SHARED_WAREHOUSES = {
    "tests/engines/": "ledgers",
    "tests/spec/": "ledgers",
    "tests/integration/test_ibm_ar": "ibm",
    "tests/integration/": "demo",
}
RECEIVABLES = str(Path(sys.executable).with_name("receivables"))
OTHER_USER_ID = 4242
# dbt parses the project anew (12 s) where the database has another path: so every home is used through one link, a link for each
# process of tests, and takes over what was parsed through it.
LINK = Path(tempfile.mkdtemp(prefix="receivables-")) / "warehouse"
PARSED = LINK.with_name("partial_parse.msgpack")
atexit.register(shutil.rmtree, LINK.parent, ignore_errors=True)


@dataclass(frozen=True)
class Home:
    """A warehouse home, what the command that built it printed, and the checkout whose code it runs."""

    path: Path
    output: str = ""
    code: Path = ROOT

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `receivables` on this home as a user would."""
        return subprocess.run(
            [RECEIVABLES, *arguments], env=self.environment, capture_output=True, text=True, check=False, timeout=600
        )

    def run_as_another(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `receivables` on this home as another user of the operating system, as far as the command can tell."""
        program = f"import os\nos.getuid = lambda: {OTHER_USER_ID}\nfrom orchestration.cli import main\nmain()"
        command = [sys.executable, "-c", program, *arguments]
        # `python -c` looks where it is started before it looks where the environment says.
        return subprocess.run(
            command, env=self.environment, cwd=self.code, capture_output=True, text=True, check=False, timeout=600
        )

    def dbt(self, target: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run dbt on this home's working database, with what it writes in `target`."""
        take_over_what_is_parsed(target)
        environment = {
            **self.environment,
            "RECEIVABLES_WORKING_DATABASE": str(LINK / "working.duckdb"),
            "RECEIVABLES_DBT_THREADS": "1",
            "RECEIVABLES_MEMORY_LIMIT": Settings.memory_limit,
            "DBT_LOG_PATH": str(target),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        }
        # Where it was parsed: dbt keeps the place of each seed's file.
        project = Settings(LINK).assembled_project
        assemble(self.code / "dbt_project", project)
        command = dbt_command(project, target, *arguments)
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a command on this home, which the link leads to from now on."""
        self.path.mkdir(parents=True, exist_ok=True)
        new = LINK.with_name("new")
        new.symlink_to(self.path, target_is_directory=True)
        new.replace(LINK)
        return {**os.environ, "RECEIVABLES_HOME": str(LINK), "PYTHONPATH": str(self.code)}

    @property
    def serving_database(self) -> Path:
        return self.path / "published" / "receivables.duckdb"

    def query(self, sql: str) -> list[tuple]:
        """Rows of a query on the published database."""
        with duckdb.connect(str(self.serving_database), read_only=True) as con:
            return con.execute(sql).fetchall()

    def content_hash(self) -> str:
        """Content hash of what is published."""
        return self.query("select manifest ->> '$.content_hash' from marts.dim_publication")[0][0]


def take_over_what_is_parsed(target: Path) -> None:
    """Put what this process parsed last into a target folder of dbt."""
    target.mkdir(parents=True, exist_ok=True)
    if PARSED.exists():
        shutil.copy(PARSED, target)


class OneWarehouseOneWorker(LoadScopeScheduling):
    """Tests that share a warehouse run on one worker; the other files go where there is room."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::")[0]
        return next((warehouse for folder, warehouse in SHARED_WAREHOUSES.items() if file.startswith(folder)), file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneWarehouseOneWorker:
    return OneWarehouseOneWorker(config, log)


@pytest.fixture(scope="session")
def new_home(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Home]:
    """Makes empty homes that already hold dbt's parsed manifest, which takes long to make and depends on no data."""
    parsed = Home(tmp_path_factory.mktemp("parsed") / "warehouse")
    settings = Settings(Path(parsed.environment["RECEIVABLES_HOME"]))
    apply_settings(settings)
    current_manifest(settings)
    shutil.copy(parsed.path / "dbt" / PARSED.name, PARSED)

    made: list[Home] = []

    def make() -> Home:
        path = tmp_path_factory.mktemp("home") / "warehouse"
        # With the ledger that tells of it: what nobody vouches for would be parsed again.
        for name in ("dbt", "ledger"):
            shutil.copytree(parsed.path / name, path / name)
        # The lineage that the first refresh derives depends on no data either.
        derived = next((home.path / "dbt" / "lineage" for home in made if (home.path / "dbt" / "lineage").exists()), None)
        if derived:
            shutil.copytree(derived, path / "dbt" / "lineage")
        made.append(Home(path))
        return made[-1]

    return make


@pytest.fixture(scope="session")
def demo_home(new_home: Callable[[], Home]) -> Home:
    """The demo, as `make demo` builds it."""
    home = new_home()
    done = home.run("demo")
    assert done.returncode == 0, done.stdout + done.stderr
    return Home(home.path, done.stdout)


@pytest.fixture(scope="session")
def ledger(new_home: Callable[[], Home]) -> Home:
    """The worked ledger, refreshed as of 31 March 2026 through the canonical profile."""
    home = new_home()
    done = home.run("refresh", "--as-of", "2026-03-31", "--profile", "canonical", "--extracts", str(WORKED_LEDGER))
    assert done.returncode == 0, done.stdout + done.stderr
    return home


@pytest.fixture
def demo_copy(demo_home: Home, tmp_path: Path) -> Iterator[Home]:
    """A copy of the demo's home that a test may damage."""
    yield from copied(demo_home, tmp_path)


def copied(home: Home, folder: Path) -> Iterator[Home]:
    """A copy of a home for as long as a test lasts."""
    path = folder / "warehouse"
    shutil.copytree(home.path, path, symlinks=True)
    copy = Home(path, home.output)
    if PARSED.exists():
        shutil.copy(PARSED, path / "dbt")
        tell_parse(Settings(Path(copy.environment["RECEIVABLES_HOME"])), path / "dbt")
    yield copy
    # What BI reads is protected against writing.
    subprocess.run(["chmod", "-R", "u+w", str(path)], check=False)
    shutil.rmtree(path)
