"""Settings of one warehouse home, and the only place that reads or sets the environment.

Everything else is handed a `Settings`.
"""

import json
import os
import pwd
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

# What is taken from everybody but owner and group; what is left to them on the way to what is published.
PRIVATE, PASSED_THROUGH = 0o007, 0o001
PROJECT_ROOT = Path(__file__).parents[1]
ROW_CORRECTIONS = Path("seeds") / "corrections" / "row_corrections.csv"


@dataclass(frozen=True)
class Settings:
    """Where a warehouse lives and what it may use. Nothing is written outside `home`."""

    home: Path
    memory_limit: str = "4GB"
    dbt_threads: int = 2
    kept_publications: int = 10
    user: str = "unknown"
    user_id: int = -1
    anchor: str | None = None
    openlineage_url: str | None = None

    @property
    def extracts(self) -> Path:
        """Folder that senders' files are dropped into unless a refresh names another."""
        return self.home / "extracts"

    @property
    def archive(self) -> Path:
        """Delivered files by fingerprint."""
        return self.home / "archive"

    @property
    def working_database(self) -> Path:
        """The database that refreshes build in; never read by BI."""
        return self.home / "working.duckdb"

    @property
    def evidence(self) -> Path:
        """Recorded results of checks, by load and by candidate."""
        return self.home / "evidence"

    @property
    def publications(self) -> Path:
        """Immutable publications, the last `kept_publications` of them."""
        return self.home / "publications"

    @property
    def published(self) -> Path:
        """What BI reads."""
        return self.home / "published"

    @property
    def serving_database(self) -> Path:
        """The published DuckDB file, switched atomically."""
        return self.published / "receivables.duckdb"

    @property
    def ledger(self) -> Path:
        """The append-only record of what happened to this home, by whom."""
        return self.home / "ledger" / "ledger.jsonl"

    @property
    def openlineage(self) -> Path:
        """OpenLineage events, a file for each run, where no endpoint is set."""
        return self.home / "openlineage"

    @property
    def temporary(self) -> Path:
        """Temporary files of every tool; emptied by each run."""
        return self.home / "temporary"

    @property
    def dagster_home(self) -> Path:
        """Dagster's run history."""
        return self.home / "dagster"

    @property
    def dbt_project(self) -> Path:
        """The dbt project as people write it."""
        return PROJECT_ROOT / "dbt_project"

    @property
    def assembled_project(self) -> Path:
        """The dbt project as dbt reads it, every column in full."""
        return self.dbt_target / "project"

    @property
    def row_corrections(self) -> Path:
        """What people decided about quarantined lines; a seed of the dbt project."""
        return self.dbt_project / ROW_CORRECTIONS

    @property
    def dbt_target(self) -> Path:
        """Where dbt writes its manifest and results."""
        return self.home / "dbt"

    @property
    def refresh_lock(self) -> Path:
        """Held by the one writer that may change this home, who notes in it who they are."""
        return self.home / "refresh.lock"

    @property
    def refresh_log(self) -> Path:
        """What dbt and Dagster said during the last refresh from the command line."""
        return self.home / "refresh.log"


def read_settings() -> Settings:
    """Settings from `RECEIVABLES_HOME` (default ./warehouse), `RECEIVABLES_MEMORY_LIMIT`, `RECEIVABLES_DBT_THREADS` and
    `RECEIVABLES_OPENLINEAGE_URL` (default none: events stay in files)."""
    return Settings(
        # As it was given: a home may be reached through a link.
        home=Path(os.environ.get("RECEIVABLES_HOME", "warehouse")).absolute(),
        memory_limit=os.environ.get("RECEIVABLES_MEMORY_LIMIT", Settings.memory_limit),
        dbt_threads=int(os.environ.get("RECEIVABLES_DBT_THREADS", Settings.dbt_threads)),
        user=_login(),
        user_id=os.getuid(),
        anchor=os.environ.get("RECEIVABLES_ANCHOR"),
        openlineage_url=os.environ.get("RECEIVABLES_OPENLINEAGE_URL"),
    )


def _login() -> str:
    """The name that the operating system has for this process's user, whatever the environment says."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return "unnamed"


def apply_settings(settings: Settings) -> None:
    """Hand the settings to the tools that read the environment (dbt, Dagster), and silence every tool's telemetry."""
    os.environ.update(
        RECEIVABLES_HOME=str(settings.home),
        RECEIVABLES_WORKING_DATABASE=str(settings.working_database),
        RECEIVABLES_MEMORY_LIMIT=settings.memory_limit,
        RECEIVABLES_DBT_THREADS=str(settings.dbt_threads),
        DAGSTER_HOME=str(settings.dagster_home),
        DAGSTER_DISABLE_TELEMETRY="true",
        DBT_SEND_ANONYMOUS_USAGE_STATS="false",
        DBT_LOG_PATH=str(settings.dbt_target),
        DBT_LOG_LEVEL_FILE="info",
        GX_ANALYTICS_ENABLED="false",
        DO_NOT_TRACK="1",
    )
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    history = json.dumps(str(settings.dagster_home / "history" / "runs"))
    (settings.dagster_home / "dagster.yaml").write_text(DAGSTER_YAML.format(history=history), encoding="utf-8")


def keep_to_itself(settings: Settings) -> None:
    """Have this process and its children write nothing that other users can read, and temporary files in the home alone.

    Others may pass through the home to what is published, and see nothing else of it.
    """
    os.umask(PRIVATE)
    use_for_temporary_files(settings.temporary)
    for path in settings.home.iterdir():
        if path not in (settings.published, settings.extracts) and not path.is_symlink():
            _leave_others(path, 0)
    # The home itself may be reached through a link.
    _leave_others(settings.home, PASSED_THROUGH)


def use_for_temporary_files(folder: Path) -> None:
    """Have this process and its children put their temporary files there."""
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["TMPDIR"] = str(folder)
    tempfile.tempdir = None


def _leave_others(path: Path, left: int) -> None:
    """Take from others all rights on a place of ours but those that are left to them; what is so already is not touched."""
    found = path.stat()
    wanted = found.st_mode & ~PRIVATE | left
    if found.st_uid == os.getuid() and wanted != found.st_mode:
        path.chmod(wanted)


def code_commit() -> str | None:
    """The git commit of the code, with `-dirty` when files differ from it; None outside of a checkout."""
    git = ["git", "-C", str(PROJECT_ROOT)]
    head = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    if head.returncode != 0:
        return None
    changes = subprocess.run([*git, "status", "--porcelain"], capture_output=True, text=True, check=False)
    return head.stdout.strip() + ("-dirty" if changes.stdout.strip() else "")


DAGSTER_YAML = """\
telemetry:
  enabled: false
concurrency:
  pools:
    default_limit: 1
  runs:
    max_concurrent_runs: 1
event_log_storage:
  module: orchestration.graph.event_log
  class: PooledSqliteEventLogStorage
  config:
    base_dir: {history}
"""
