"""A hostile hand in the home: whatever it does is named by `audit verify`, and refused, found or undone by the next run.

`attacks.py` has what is done. What an honest day leaves - a rollback, a restore, a moved home, a killed run - is proven without a
word.
"""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import duckdb
import pytest

from ingestion.errors import DataRefusedError
from ingestion.warehouse import create_raw_tables, open_working
from orchestration.audit.verify import prove
from orchestration.graph.tidy import tidy
from orchestration.ledger.anchor import write_anchor
from orchestration.ledger.ledger import Ledger
from orchestration.ledger.lock import only_writer
from orchestration.project.candidate import read_candidate
from orchestration.publication.history import approve_release, ask_release, roll_back
from orchestration.publication.publish import publish
from orchestration.quality.raw import check_raw, told_loads
from orchestration.rebuild.restore import bring_back, restore_working_database
from orchestration.settings import Settings, read_settings
from tests.conftest import ROOT, Home
from tests.faults import attacks
from tests.faults.attacks import AT, ATTACKS, BEYOND_THE_HOME, EARLIER, LATER, Attack, entries_of, told_too
from tests.faults.conftest import Undisturbed, assert_published, published_hash, refresh

# Nothing of the next publication rests on what these change, and to read all of it at each refresh would cost too much.
BY_VERIFY_ALONE = {
    attacks.archived_file_is_changed, attacks.archived_file_is_deleted, attacks.archived_files_are_swapped,
    attacks.file_is_smuggled_into_the_archive, attacks.published_parquet_is_changed, attacks.earlier_publication_is_edited,
}  # fmt: skip
# A refresh builds these anew before it looks at them: `test_a_refresh_builds_anew_...` shows it.
BUILT_ANEW = {
    attacks.mart_is_edited, attacks.required_checks_are_taken_out_of_the_database, attacks.policy_is_edited_under_its_version,
    attacks.candidate_is_noted_otherwise, attacks.parsed_project_is_changed,
}  # fmt: skip
# A chain that holds and tells of what never was: what a run does next does not ask for it.
TOLD_OF_THE_PAST = {
    attacks.publication_is_dated_back, attacks.publication_without_a_verdict_is_told,
    attacks.release_that_nobody_asked_for_is_told, attacks.release_of_ones_own_is_told,
    attacks.raw_and_all_that_is_told_of_it_are_rewritten,
}  # fmt: skip


def next_run(settings: Settings) -> list[str]:
    """What a run says on its way, without the build: the candidate stands as it was left."""
    said = []
    try:
        said += tidy(settings, AT)
        with open_working(settings.working_database, settings.memory_limit) as con:
            create_raw_tables(con)
            bring_back(settings, con, AT)
            raw = check_raw(con, told_loads(Ledger(settings.ledger).proven()))
        said += [] if raw.is_passed else [raw.summary]
        publish(settings, read_candidate(settings, date.fromisoformat(LATER)), AT, None)
    except DataRefusedError as refused:
        said.append(str(refused))
    return said


def is_proven(settings: Settings) -> bool:
    try:
        return bool(prove(settings, reads_archive=False).head)
    except DataRefusedError:
        return False


def test_there_are_at_least_forty_of_all_kinds() -> None:
    assert len(set(ATTACKS)) == len(ATTACKS) >= 40


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_what_was_done_is_named_by_verify_and_by_the_next_run(home_after: Home, attack: Attack) -> None:
    settings = Settings(home_after.path)
    told = attack(home_after.path)
    with pytest.raises(DataRefusedError) as found:
        prove(settings)
    assert told in str(found.value), str(found.value)
    if attack not in BY_VERIFY_ALONE | BUILT_ANEW | TOLD_OF_THE_PAST:
        assert next_run(settings) or is_proven(settings)


@pytest.mark.parametrize("attack", BEYOND_THE_HOME, ids=lambda attack: attack.__name__)
@pytest.mark.parametrize("kind", ["file", "postgresql"])
def test_only_an_anchor_finds_a_ledger_that_was_written_anew(
    home_after: Home, tmp_path: Path, attack: Attack, kind: str, request: pytest.FixtureRequest
) -> None:
    place = str(tmp_path / "anchors.jsonl") if kind == "file" else request.getfixturevalue("database_of_anchors")
    settings = replace(Settings(home_after.path), anchor=place)
    assert write_anchor(settings) == []
    prove(settings, reads_archive=False)
    attack(home_after.path)
    for given in (None, place):
        with pytest.raises(DataRefusedError, match="does not hold the anchor of entry"):
            prove(settings, given, reads_archive=False)


def test_anchors_are_missed_where_they_are_kept(home_after: Home, tmp_path: Path, database_of_anchors: str) -> None:
    """An empty database, one that is away, a file that is gone: each is a problem, and a password is never shown."""
    away = database_of_anchors.replace("://", "://li.na:secret@").replace("?host=", "?port=1&host=")
    told = {
        database_of_anchors: "holds no anchor of",
        away: "could not be read",
        str(tmp_path / "anchors.jsonl"): "is not there",
    }
    for place, problem in told.items():
        with pytest.raises(DataRefusedError, match=problem) as found:
            prove(replace(Settings(home_after.path), anchor=place), reads_archive=False)
        assert "secret" not in str(found.value)
    (said,) = write_anchor(replace(Settings(home_after.path), anchor=away))
    assert said.startswith("The ledger's anchor could not be written to postgresql://li.na@") and "secret" not in said


def test_an_anchor_is_posted_and_a_place_that_is_away_is_said(home_after: Home, tmp_path: Path) -> None:
    posted: list[dict[str, object]] = []

    class Notary(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Notary) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/anchors"
        assert write_anchor(replace(Settings(home_after.path), anchor=address)) == []
        server.shutdown()
    assert posted[0]["hash"] == entries_of(home_after.path)[-1].hash
    for away in (address, str(tmp_path / "nowhere" / "anchors.jsonl")):
        (said,) = write_anchor(replace(Settings(home_after.path), anchor=away))
        assert said.startswith("The ledger's anchor could not be written to")


@pytest.mark.parametrize(
    "command",
    [
        ("audit", "verify"),
        ("upgrade",),
        ("restore",),
        ("rollback", "any", "--reason", "none"),
        ("release", "--as-of", "2026-03-31", "--reason", "none"),
    ],
)
def test_a_folder_that_is_no_home_is_refused_and_left_as_it_is(tmp_path: Path, command: tuple[str, ...]) -> None:
    done = Home(tmp_path / "nothing").run(*command)
    assert done.returncode == 1 and "is no warehouse home" in done.stderr and not list((tmp_path / "nothing").iterdir())


def test_a_refresh_builds_anew_what_was_edited_and_says_what_it_found(home_after: Home, undisturbed: Undisturbed) -> None:
    """Required checks, policy, marts and what dbt has parsed, what BI reads and evidence: one refresh puts all of it right."""
    for attack in (
        attacks.required_checks_are_taken_out_of_the_database, attacks.policy_is_edited_under_its_version,
        attacks.mart_is_edited, attacks.parsed_project_is_changed, attacks.test_is_taken_out_of_the_manifest,
        attacks.landing_evidence_is_edited, attacks.served_file_is_written_by_a_tool, attacks.log_is_left_beside_the_served_file,
        attacks.parquet_link_leads_elsewhere,
    ):  # fmt: skip
        attack(home_after.path)
    done = refresh(home_after, LATER)
    assert_published(done)
    for told in ("landing_suite.json was changed", "receivables.duckdb.wal holds changes", "does not lead to current/parquet"):
        assert f"Found: {home_after.path.name}" not in done.stderr and told in done.stderr, done.stderr
    assert published_hash(home_after) == undisturbed.content_hash
    assert home_after.run("audit", "verify").returncode == 0
    (passed,) = {entry.details["check_count"] for entry in entries_of(home_after.path) if entry.event == "verdict"}
    assert passed > 500


def test_nothing_is_built_on_raw_rows_that_were_edited(home_after: Home) -> None:
    attacks.raw_amount_is_changed(home_after.path)
    done = refresh(home_after, LATER)
    assert done.returncode == 1 and "raw.erp__documents no longer holds what load" in done.stderr and "restore" in done.stderr
    assert home_after.run("restore").returncode == 0
    assert is_proven(Settings(home_after.path))


# An honest day.


def test_honest_work_is_no_attack(home_after: Home, tmp_path: Path) -> None:
    """Rolled back, restored, an older working database, a lost one, a moved home: proven each time."""
    settings = Settings(home_after.path, user="li.na", user_id=1001)
    older = shutil.copy(settings.working_database, tmp_path / "older.duckdb")
    roll_back(settings, attacks.publication(home_after.path, EARLIER).name, AT, "wrong bureau file")
    prove(settings, reads_archive=False)
    restore_working_database(settings, AT)
    prove(settings)
    shutil.copy(older, settings.working_database)
    with duckdb.connect(str(settings.working_database)) as con:
        ((last,),) = con.execute("select max(load_id) from raw.loads").fetchall()
        for (table,) in con.execute("select table_name from duckdb_tables() where schema_name = 'raw'").fetchall():
            if table != "refresh":
                key = "_load_id" if "__" in table else "load_id"
                con.execute(f'delete from raw."{table}" where {key} = {last}')
    for lose in (lambda: None, settings.working_database.unlink):
        lose()
        with open_working(settings.working_database, settings.memory_limit) as con:
            create_raw_tables(con)
            bring_back(settings, con, AT)
        prove(settings, reads_archive=False)
    moved = home_after.path.rename(tmp_path / "moved")
    prove(Settings(moved), reads_archive=False)
    moved.rename(home_after.path)


def test_a_number_is_never_given_to_another_load(home_after: Home) -> None:
    """The database is lost and other files come first: they are numbered after what the ledger tells of."""
    settings = Settings(home_after.path)
    last = max(told_loads(entries_of(home_after.path)))
    settings.working_database.unlink()
    with open_working(settings.working_database, settings.memory_limit) as con:
        create_raw_tables(con)
        bring_back(settings, con, AT)
        assert con.execute("select max(load_id), count(*) from raw.loads").fetchone() == (last, last)


# Who somebody is.


def blocked(home: Path) -> None:
    """The candidate as the gate would leave it with a failed check: told, and with evidence that says so."""
    from orchestration.publication.publish import tell_verdict
    from orchestration.quality.evidence import Recorded, record
    from orchestration.quality.gate import candidate_place

    settings = Settings(home)
    candidate = read_candidate(settings, date.fromisoformat(LATER))
    place = candidate_place(candidate.candidate_id)
    outcomes = Recorded(settings).outcomes(place, "tie_out_rows_landed")
    record(settings, place, [replace(outcome, is_passed=False, summary="1 against 2") for outcome in outcomes], AT)
    tell_verdict(settings, candidate, AT)


def test_a_release_takes_two_users_of_the_operating_system(home_after: Home) -> None:
    blocked(home_after.path)
    li_na = replace(Settings(home_after.path), user="li.na", user_id=1001)
    wang_wei = replace(li_na, user="wang.wei", user_id=1002)
    with pytest.raises(DataRefusedError, match="Nobody has asked"):
        approve_release(wang_wei, date.fromisoformat(LATER), AT, None)
    blocking = ask_release(li_na, date.fromisoformat(LATER), AT, "bank posts tomorrow")
    assert blocking == ("tie_out_rows_landed (fct_tie_outs): 1 against 2",)
    for same in (li_na, replace(li_na, user="li  na"), replace(li_na, user="wang.wei")):
        with pytest.raises(DataRefusedError, match="Nobody approves a release of their own"):
            approve_release(same, date.fromisoformat(LATER), AT, None)
    published = approve_release(wang_wei, date.fromisoformat(LATER), AT, None)
    assert "released by li.na, uid 1001 and wang.wei, uid 1002: bank posts tomorrow" in published.warnings[0]
    prove(Settings(home_after.path), reads_archive=False)


def test_two_users_who_are_one_person_are_one(home_after: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    names = {1001: "Li Na", 1003: "Li Na"}
    monkeypatch.setattr("orchestration.ledger.people.person_name", lambda settings, at: names.get(settings.user_id))
    blocked(home_after.path)
    li_na = replace(Settings(home_after.path), user="li.na", user_id=1001)
    again = replace(li_na, user="batch", user_id=1003)
    ask_release(li_na, date.fromisoformat(LATER), AT, "because")
    with pytest.raises(DataRefusedError, match="Nobody approves a release of their own"):
        approve_release(again, date.fromisoformat(LATER), AT, None)


def test_the_environment_does_not_say_who_somebody_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "wang.wei")
    assert read_settings().user != "wang.wei" and read_settings().user_id == os.getuid()


def test_a_person_is_bound_to_a_user_for_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from orchestration.ledger.people import PEOPLE, person_name

    table = tmp_path / "dbt_project" / PEOPLE
    table.parent.mkdir(parents=True)
    rows = ("user_id,person_name,valid_from,valid_before", "1001,Li  Na,2025-01-01,2026-01-01", "1001,Zhao Min,2026-01-01,")
    table.write_text("\n".join(rows), encoding="utf-8")
    monkeypatch.setattr("orchestration.settings.PROJECT_ROOT", tmp_path)
    user = Settings(tmp_path, user_id=1001)
    days = ("2024-12-31", "2025-12-31", "2026-01-01")
    assert [person_name(user, date.fromisoformat(day)) for day in days] == [None, "Li Na", "Zhao Min"]


# What is served, and who may write.


def test_other_users_see_what_is_published_and_no_more(home_after: Home) -> None:
    """The command closes what is open, and what it publishes may be read and not written."""
    home = home_after.path
    assert home_after.run("audit", "verify").returncode == 0
    closed = [path for path in home.iterdir() if path.name not in ("published", "extracts")]
    assert len(closed) > 5 and not [path for path in closed if path.stat().st_mode & 0o007]
    assert home.stat().st_mode & 0o007 == 0o001
    for path in (home / "published", *(home / "published").rglob("*")):
        if path.is_file():
            assert path.stat().st_mode & 0o777 == 0o444, path
        elif path.name != "sets":
            assert path.stat().st_mode & 0o777 == 0o555, path


def test_one_pointer_decides_for_database_and_parquet(home_after: Home) -> None:
    """Moved by hand, or not yet for a kill: what all names show is one publication, and the next run ends what was begun."""
    settings, published = Settings(home_after.path), home_after.path / "published"

    def shown() -> set[str]:
        with duckdb.connect(str(published / "receivables.duckdb"), read_only=True) as con:
            ids = con.execute("select publication_id from marts.dim_publication").fetchall()
            parquet = published / "parquet" / "dim_publication.parquet"
            return {one for (one,) in [*ids, *con.execute(f"select publication_id from '{parquet}'").fetchall()]}

    later, earlier = (attacks.publication(home_after.path, day).name for day in (LATER, EARLIER))
    assert shown() == {later}
    told_too(home_after.path, "rolled_back", {"publication_id": earlier, "reason": "killed before the switch"})
    prove(settings, reads_archive=False)
    assert tidy(settings, AT) == [] and shown() == {earlier}
    attacks.pointer_leads_to_the_earlier_publication(home_after.path)
    roll_back(settings, later, AT, "back")
    assert shown() == {later}


def test_one_lock_for_commands_and_runs_of_the_ui(home_after: Home) -> None:
    """Whoever comes second is told who has the home since when; status tells it too; a restore does not touch what is held."""
    settings = Settings(home_after.path, user="li.na", user_id=1001)
    with only_writer(settings, "refresh", AT, kind="ui", as_of_date=LATER):
        for arguments in (("restore",), ("rollback", "any", "--reason", "none")):
            done = home_after.run(*arguments)
            assert done.returncode == 1, done.stdout
            assert "refresh as of 2026-03-31 (ui) by li.na, uid 1001, process" in done.stderr
            assert "since 2027-01-01 00:00:00 UTC" in done.stderr
        assert "Running: refresh as of 2026-03-31 (ui) by li.na" in home_after.run("status").stdout
    assert home_after.run("status").returncode == 0


def test_a_run_that_was_killed_is_told_by_status_and_by_the_next(home_after: Home) -> None:
    settings = Settings(home_after.path, user="li.na", user_id=1001)
    killed = subprocess.run(
        [sys.executable, "-c", HOLD_AND_DIE, str(home_after.path)], cwd=ROOT, env=home_after.environment, check=False
    )
    assert killed.returncode == -9
    told = home_after.run("status")
    assert told.returncode == 1 and "Last refresh (command) as of 2026-03-31" in told.stdout and "killed" in told.stdout
    with only_writer(settings, "refresh", AT) as left_behind:
        tidy(settings, AT, left_behind)
    assert entries_of(home_after.path)[-1].details["problems"] == ["The run was killed."]


HOLD_AND_DIE = """
import os, sys
from datetime import datetime
from pathlib import Path
from orchestration.ledger.lock import only_writer
from orchestration.settings import Settings
with only_writer(Settings(Path(sys.argv[1])), "refresh", datetime(2027, 1, 1), as_of_date="2026-03-31"):
    os.kill(os.getpid(), 9)
"""


def test_a_verdict_counts_only_for_the_project_that_it_was_made_under(home_after: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A required check is taken out of the project after the verdict."""
    settings = Settings(home_after.path)
    monkeypatch.setattr("orchestration.quality.gate.project_state", lambda _: "f" * 64)
    with pytest.raises(DataRefusedError, match="was made on other project_state than stand now"):
        publish(settings, read_candidate(settings, date.fromisoformat(LATER)), AT, None)
