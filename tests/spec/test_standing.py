"""A refresh of what is published already is an answer, not a run; whatever is touched is derived anew."""

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.graph.ending import tell_end
from orchestration.ledger.ledger import Ledger
from orchestration.publication.serving import CURRENT
from orchestration.publication.standing import asked_for, standing_publication, standing_state
from orchestration.settings import Settings
from tests.conftest import WORKED_LEDGER, Home, copied

AT, AS_OF = datetime.fromisoformat("2026-04-01 08:00:00"), date(2026, 3, 31)
SECONDS_AT_MOST = 10


@dataclass(frozen=True)
class Standing:
    """A home whose last refresh was of these extracts."""

    home: Home
    extracts: Path

    @property
    def settings(self) -> Settings:
        return Settings(Path(self.home.environment["RECEIVABLES_HOME"]))

    def publication(self, as_of: date = AS_OF, profile: str = "canonical") -> str | None:
        """The publication that stands for a refresh, asked as the command does."""
        asked = asked_for(self.settings, as_of, profile, self.extracts)
        return standing_publication(self.settings, standing_state(self.settings, asked))

    def tell_end(self, *, is_published: bool) -> None:
        """Tell the ledger of a refresh that ended just now."""
        told = {"kind": "command", "started_at": str(AT), "as_of_date": AS_OF, "is_published": is_published, "problems": ()}
        state = standing_state(self.settings, asked_for(self.settings, AS_OF, "canonical", self.extracts))
        tell_end(self.settings, AT, {**told, **state})


@pytest.fixture
def standing(ledger: Home, tmp_path: Path) -> Iterator[Standing]:
    """A copy of the worked ledger's home: copied files are other files, so the end of its refresh is told again."""
    extracts = tmp_path / "extracts"
    shutil.copytree(WORKED_LEDGER, extracts)
    for home in copied(ledger, tmp_path):
        found = Standing(home, extracts)
        assert found.publication() is None
        found.tell_end(is_published=True)
        yield found


def test_nothing_new_is_answered_without_a_run(standing: Standing) -> None:
    home, runs = standing.home, sorted((standing.home.path / "dagster" / "history").rglob("*"))
    published, started = home.content_hash(), time.monotonic()
    arguments = ("refresh", "--as-of", AS_OF.isoformat(), "--profile", "canonical", "--extracts", str(standing.extracts))
    for _ in range(2):
        done = home.run(*arguments)
        assert done.returncode == 0, done.stderr
        assert f"Nothing changed since the last refresh; publication {standing.publication()} stands." in done.stdout
        assert "Outstanding CNY" in done.stdout and "building and testing" not in done.stdout
    assert time.monotonic() - started < 2 * SECONDS_AT_MOST
    assert sorted((home.path / "dagster" / "history").rglob("*")) == runs and home.content_hash() == published
    last = Ledger(standing.settings.ledger).proven()[-1]
    assert last.event == "refresh" and last.details["stands"] == standing.publication()
    told = home.run("status")
    assert told.returncode == 0 and f"nothing had changed, {standing.publication()} stood" in told.stdout
    assert home.run("audit", "verify").returncode == 0
    assert standing.publication() is not None


def delivered_again_with_another_byte(standing: Standing) -> None:
    file = standing.extracts / "companies.csv"
    file.write_bytes(file.read_bytes() + b"\n")


def delivered_beside(standing: Standing) -> None:
    file = next(standing.extracts.glob("documents*.csv"))
    shutil.copy(file, file.with_name("documents_zz.csv"))


def taken_away(standing: Standing) -> None:
    next(standing.extracts.glob("gl_balances*.csv")).unlink()


def raw_row_edited(standing: Standing) -> None:
    with duckdb.connect(str(standing.settings.working_database)) as con:
        con.execute("update raw.erp__documents set amount = amount + 1 where _line_number = 2")


def evidence_removed(standing: Standing) -> None:
    next(standing.settings.evidence.rglob("landing_suite.json")).unlink()


def archived_file_rewritten(standing: Standing) -> None:
    file = next(path for path in standing.settings.archive.rglob("*") if path.is_file())
    file.chmod(0o600)
    file.write_bytes(file.read_bytes())


def log_laid_beside_the_working_database(standing: Standing) -> None:
    standing.settings.working_database.with_name("working.duckdb.wal").write_bytes(b"x")


def another_publication_is_read(standing: Standing) -> None:
    pointer = standing.settings.published / CURRENT
    target = pointer.readlink()
    pointer.unlink()
    pointer.symlink_to(target.with_name("2026-02-28-000000000000.1"))


def a_refresh_was_refused_since(standing: Standing) -> None:
    standing.tell_end(is_published=False)


def a_refresh_of_another_senders_files_was_refused_and_one_was_killed(standing: Standing) -> None:
    refresh_of(standing, WORKED_LEDGER, "demo")
    standing.tell_end(is_published=False)


@pytest.mark.parametrize(
    "change",
    [
        delivered_again_with_another_byte, delivered_beside, taken_away, raw_row_edited, evidence_removed,
        archived_file_rewritten, log_laid_beside_the_working_database, another_publication_is_read, a_refresh_was_refused_since,
        a_refresh_of_another_senders_files_was_refused_and_one_was_killed,
    ],
)  # fmt: skip
def test_whatever_is_touched_is_derived_anew(standing: Standing, change: Callable[[Standing], None]) -> None:
    assert standing.publication() is not None
    change(standing)
    assert standing.publication() is None


def test_another_date_or_sender_is_another_refresh(standing: Standing) -> None:
    assert standing.publication(as_of=date(2026, 3, 30)) is None
    assert standing.publication(profile="demo") is None
    assert standing.publication() is not None


def refresh_of(standing: Standing, extracts: Path, profile: str) -> None:
    """Run a refresh that is refused before it begins."""
    done = standing.home.run("refresh", "--as-of", AS_OF.isoformat(), "--profile", profile, "--extracts", str(extracts))
    assert done.returncode and "Refused: " in done.stderr


def test_what_was_refused_before_it_began_leaves_it_standing(standing: Standing) -> None:
    """A mistyped folder, another sender's: nothing was loaded or derived, and yet the ledger and `status` tell of it."""
    published = standing.publication()
    for extracts, profile, said in (
        (standing.extracts.with_name("extarcts"), "canonical", "does not exist"),
        (standing.extracts, "demo", "holds no file of receivable documents"),
    ):
        refresh_of(standing, extracts, profile)
        told = standing.home.run("status")
        assert told.returncode == 1 and said in told.stdout
        assert standing.publication() == published is not None


def test_reading_leaves_it_standing(standing: Standing) -> None:
    home = standing.home
    for command in (("status",), ("quarantine",), ("publications",), ("aging", "--policy", "erpnext-1"), ("audit", "verify")):
        home.run(*command)
    with duckdb.connect(str(home.serving_database), read_only=True) as con:
        con.execute("select count(*) from marts.fct_aging").fetchall()
    assert standing.publication() is not None
