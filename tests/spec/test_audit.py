"""The ledger of runs: it holds, and whatever is changed in it or in what it vouches for is named."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from orchestration.publication.fingerprint import table_hashes
from orchestration.quality.policies import check_policies
from orchestration.settings import Settings
from tests.conftest import WORKED_LEDGER, Home


@pytest.fixture
def home(ledger: Home, tmp_path: Path) -> Iterator[Home]:
    """A copy of the worked ledger's home that a test may damage."""
    shutil.copytree(ledger.path, tmp_path / "warehouse", symlinks=True)
    yield Home(tmp_path / "warehouse")
    shutil.rmtree(tmp_path / "warehouse")


def test_an_untouched_home_is_proven_and_its_anchor_found_again(ledger: Home) -> None:
    proven = ledger.run("audit", "verify")
    assert proven.returncode == 0 and "23 archived files and 1 publications" in proven.stdout
    anchor = ledger.run("audit", "anchor").stdout.strip()
    assert len(anchor) == 64 and ledger.run("audit", "verify", "--anchor", anchor).returncode == 0


def test_a_figure_is_followed_to_its_lines_which_add_up(ledger: Home) -> None:
    # C01 owes 100, due on 14 February: at the end of February 14 days past due, and paid in April only.
    key = ("company_code=A1", "customer_id=A1-C01", "currency_code=CNY", "bucket_code=1-30", "as_of_date=2026-02-28")
    told = ledger.run("trace", "fct_aging", *key).stdout
    assert "fct_aging.outstanding_amount = 100.00" in told and "1 open items come to it: yes, to the cent" in told
    assert "open 100.00 = stated 100.00 and applied 0.00" in told
    lines = (WORKED_LEDGER / "documents.csv").read_text().splitlines()
    (number,) = (number for number, line in enumerate(lines, 1) if line.startswith("A1,C01-I,"))
    assert f"documents.csv line {number}\n      {lines[number - 1]}" in told
    assert "under policy aging-1, by credit.control, approved by finance.director" in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("fct_none",), "No mart fct_none is published"),
        (("fct_aging", "colour=red"), "fct_aging has no column colour"),
        (("fct_aging", "customer_id=A1-C01", "bucket_code=none"), "fct_aging has no row with"),
        (("fct_turnover", "level=customer"), "several rows with"),
    ],
)
def test_what_cannot_be_followed_says_why(ledger: Home, arguments: tuple[str, ...], told: str) -> None:
    done = ledger.run("trace", *arguments)
    assert done.returncode == 1 and told in done.stderr and "Traceback" not in done.stderr


def test_what_open_items_do_not_make_up_is_followed_to_the_files(ledger: Home) -> None:
    told = ledger.run("trace", "fct_risk_grades", "customer_id=A1-C01", "--column", "score").stdout
    assert "Open items do not make this figure up" in told and "documents.csv  (erp.documents" in told


def _change_an_entry(home: Path) -> str:
    path = home / "ledger" / "ledger.jsonl"
    lines = path.read_text().splitlines()
    entry = json.loads(lines[4])
    entry["details"]["loaded_row_count"] += 1
    lines[4] = json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    path.write_text("\n".join(lines) + "\n")
    return "line 5: the entry (load) was changed"


def _remove_an_entry(home: Path) -> str:
    path = home / "ledger" / "ledger.jsonl"
    lines = path.read_text().splitlines()
    path.write_text("\n".join(lines[:6] + lines[7:]) + "\n")
    return "line 7: the entry does not follow the one before it"


def _change_an_archived_file(home: Path) -> str:
    path = next(path for path in sorted((home / "archive").rglob("*")) if path.is_file())
    path.chmod(0o644)
    path.write_bytes(path.read_bytes().replace(b"1", b"2", 1))
    return "was changed"


def _remove_an_archived_file(home: Path) -> str:
    next(path for path in sorted((home / "archive").rglob("*")) if path.is_file()).unlink()
    return "is gone"


def _change_a_published_file(home: Path) -> str:
    (path,) = (home / "publications").glob("*/parquet/fct_aging.parquet")
    path.chmod(0o644)
    path.write_bytes(path.read_bytes() + b" ")
    return "parquet/fct_aging.parquet was changed"


def _add_a_published_file(home: Path) -> str:
    (folder,) = (home / "publications").glob("*/parquet")
    (folder / "fct_more.parquet").write_bytes(b"")
    return "parquet/fct_more.parquet was added"


def _change_what_bi_reads(home: Path) -> str:
    path = home / "published" / "receivables.duckdb"
    path.chmod(0o644)
    with duckdb.connect(str(path)) as con:
        con.execute("update marts.fct_aging set outstanding_amount = 0")
    return "is none of the publications that the ledger tells of"


@pytest.mark.parametrize(
    "tamper",
    [
        _change_an_entry, _remove_an_entry, _change_an_archived_file, _remove_an_archived_file, _change_a_published_file,
        _add_a_published_file, _change_what_bi_reads,
    ],
)  # fmt: skip
def test_tampering_is_named(home: Home, tamper: Callable[[Path], str]) -> None:
    told = tamper(home.path)
    found = home.run("audit", "verify")
    assert found.returncode == 1 and told in found.stderr and "Traceback" not in found.stderr


def test_an_end_that_was_cut_off_is_found_by_the_anchor(home: Home) -> None:
    anchor = home.run("audit", "anchor").stdout.strip()
    path = home.path / "ledger" / "ledger.jsonl"
    path.write_text("\n".join(path.read_text().splitlines()[:-3]) + "\n")
    assert home.run("audit", "verify").returncode == 0
    found = home.run("audit", "verify", "--anchor", anchor)
    assert found.returncode == 1 and "does not hold the anchor" in found.stderr


def test_a_rollback_to_files_that_were_changed_is_refused(home: Home) -> None:
    _change_a_published_file(home.path)
    (publication,) = (path.name for path in (home.path / "publications").iterdir())
    back = home.run("rollback", publication, "--reason", "test")
    assert back.returncode == 1 and "are not as they were published" in back.stderr
    assert home.run("rollback", "no-such", "--reason", "test").returncode == 1


def test_a_damaged_working_database_is_refused_once_and_restored_from_the_archive(home: Home) -> None:
    database = home.path / "working.duckdb"
    with duckdb.connect(str(database)) as con:
        raw = table_hashes(con, "raw")
    database.write_bytes(b"\0" * 64 + database.read_bytes()[64:])
    published = home.content_hash()
    ledger = ("--profile", "canonical", "--extracts", str(WORKED_LEDGER))
    refused = home.run("refresh", "--as-of", "2026-03-31", *ledger)
    assert refused.returncode == 1 and refused.stderr.count("Cannot open") == 1 and "`receivables restore`" in refused.stderr
    restored = home.run("restore")
    assert restored.returncode == 0 and "23 loads are in" in restored.stdout and "working.damaged-1" in restored.stdout
    with duckdb.connect(str(database)) as con:
        found = table_hashes(con, "raw")
    # What the next refresh asks for is the only thing that no file brought.
    assert {**found, "refresh": ""} == {**raw, "refresh": ""}
    assert home.content_hash() == published and not (home.path / "restoring").exists()


def test_policy_that_was_used_may_not_be_edited_but_a_new_version_may_come(home: Home) -> None:
    settings = Settings(home.path)
    assert check_policies(settings).is_passed
    with duckdb.connect(str(settings.working_database)) as con:
        con.execute("insert into policy.policy_turnover select 'turnover-2', 3, benchmark_code from policy.policy_turnover")
    assert check_policies(settings).is_passed
    with duckdb.connect(str(settings.working_database)) as con:
        con.execute("update policy.policy_turnover set period_months = 6 where policy_version = 'turnover-1'")
    outcome = check_policies(settings)
    assert not outcome.is_passed and outcome.summary.startswith("turnover-1 says other than when publication 2026-03-31-")


def test_a_publication_is_built_again_from_the_archive_and_a_mart_that_differs_is_named(home: Home) -> None:
    """The manifest claims another content for one mart: of all marts only that one must differ."""
    ((publication,),) = home.query("select publication_id from marts.dim_publication")
    path = home.path / "publications" / publication / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["marts"]["fct_provision"]["content_hash"] = "0" * 64
    path.write_text(json.dumps(manifest))
    done = home.run("reproduce", publication)
    assert done.returncode == 1 and "differs: fct_provision" in done.stdout and done.stdout.count("differs:") == 1, done.stderr
    assert f"{len(manifest['marts']) - 1} of {len(manifest['marts'])} marts are the same" in done.stdout
