"""The ledger of runs: it holds, and whatever is changed in it or in what it vouches for is named."""

import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.audit.reperform import reperformed_cells
from orchestration.ledger.fingerprint import table_hashes
from orchestration.ledger.record import newly_used
from orchestration.quality.policies import check_policies
from orchestration.settings import Settings
from tests.conftest import WORKED_LEDGER, Home, copied

# Where a Chromium looks for its own time and updates, whatever page it shows.
# What is delivered twice byte for byte is loaded twice and stands in the archive once.
LOAD_COUNT = len(list(WORKED_LEDGER.glob("*.csv")))
FILE_COUNT = len({path.read_bytes() for path in WORKED_LEDGER.glob("*.csv")})
BROWSERS_OWN = ("google.com", "googleapis.com", "gvt1.com")


def publication_of(home: Home) -> str:
    """Id of the one publication that a home keeps."""
    (publication,) = (path.name for path in (home.path / "publications").iterdir())
    return publication


@pytest.fixture
def home(ledger: Home, tmp_path: Path) -> Iterator[Home]:
    """A copy of the worked ledger's home that a test may damage."""
    yield from copied(ledger, tmp_path)


def test_an_untouched_home_is_proven_and_its_anchor_found_again(ledger: Home) -> None:
    proven = ledger.run("audit", "verify")
    assert proven.returncode == 0 and f"{FILE_COUNT} archived files and 1 publications" in proven.stdout
    anchor = ledger.run("audit", "anchor").stdout.strip()
    assert len(anchor) == 64 and ledger.run("audit", "verify", "--anchor", anchor).returncode == 0


def test_a_figure_is_followed_to_its_lines_which_add_up(ledger: Home) -> None:
    # C01 owes 100, due on 14 February: at the end of February 14 days past due, and paid in April only.
    key = ("company_code=A1", "customer_id=A1-C01", "currency_code=CNY", "bucket_code=1-30", "as_of_date=2026-02-28")
    told = ledger.run("trace", "fct_aging", *key).stdout
    assert "fct_aging.outstanding_amount = 100.00" in told and "Adds up: yes, to the cent" in told
    assert "fct_aging.outstanding_amount comes from 1 rows of fct_open_items" in told
    assert "open 100.00 = stated 100.00 and applied 0.00" in told
    lines = (WORKED_LEDGER / "documents.csv").read_text().splitlines()
    (number,) = (number for number, line in enumerate(lines, 1) if line.startswith("A1,C01-I,"))
    assert f"documents.csv line {number}\n      {lines[number - 1]}" in told
    # Of the figure and of the item that it comes from; the bucket that both stand in is shown once, and no other.
    assert told.count("under policy aging-1, by credit.control, approved by finance.director") == 2
    assert told.count("bucket_code 1-30, from_days 1, to_days 30") == 1 and "bucket_code 31-60" not in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("fct_none",), "No mart fct_none is published"),
        (("fct_aging", "colour=red"), "fct_aging has no column colour"),
        (("fct_aging", "customer_id=A1-C01", "bucket_code=none"), "fct_aging has no row with"),
        (("fct_turnover", "level=customer"), "several rows with"),
        (("fct_agin",), "did you mean fct_aging"),
        # Its first figure is the opening balance, which nobody who asks about turnover thinks of.
        (("fct_turnover", "level=company", "level_key=A1"), "name one with --column:\n    opening_base_amount = "),
    ],
)
def test_what_cannot_be_followed_says_why(ledger: Home, arguments: tuple[str, ...], told: str) -> None:
    done = ledger.run("trace", *arguments)
    assert done.returncode == 2 and told in done.stderr and "Traceback" not in done.stderr


def test_a_score_is_followed_to_its_factors_and_what_has_no_line_to_the_files(ledger: Home) -> None:
    told = ledger.run("trace", "fct_risk_grades", "customer_id=A1-C01", "--column", "score").stdout
    ((factors, unlined),) = ledger.query(
        "select count(*), count(*) filter (source_line_number is null) from marts.fct_risk_factors "
        "where customer_id = 'A1-C01' and as_of_date = date '2026-03-31'"
    )
    assert f"fct_risk_grades.score comes from {factors} rows of fct_risk_factors" in told and "Adds up: yes" in told
    assert f"Not followed further: fct_risk_factors.contribution of {unlined} rows that name no line" in told
    assert "documents.csv  (erp.documents" in told and "gl_balances.csv" in told


def test_of_many_parts_the_largest_are_shown_and_all_are_added_up(ledger: Home) -> None:
    told = ledger.run(
        "trace", "fct_turnover", "level=company", "level_key=A1", "--column", "closing_base_amount", "--shown", "2"
    ).stdout
    ((items,),) = ledger.query(
        "select count(*) from marts.fct_open_items where company_code = 'A1' and as_of_date = date '2026-03-31'"
    )
    assert f"{items} open items, of which 0 do not come to what their lines state" in told and "Adds up: yes" in told
    assert told.count("  open ") == 2 and f"and {items - 2} more; --shown {items} shows them" in told


def _change_an_entry(home: Path) -> str:
    path = home / "ledger" / "ledger.jsonl"
    lines = path.read_text().splitlines()
    number, entry = next((number, entry) for number, entry in enumerate(map(json.loads, lines), 1) if entry["event"] == "load")
    entry["details"]["loaded_row_count"] += 1
    lines[number - 1] = json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    path.write_text("\n".join(lines) + "\n")
    return f"line {number}: the entry (load) was changed"


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
    path = (home / "published" / "receivables.duckdb").resolve()
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
    publication = publication_of(home)
    back = home.run("rollback", publication, "--reason", "test")
    assert back.returncode == 1 and "are not as they were published" in back.stderr
    assert home.run("rollback", "no-such", "--reason", "test").returncode == 2


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
    assert restored.returncode == 0 and f"{LOAD_COUNT} loads are in" in restored.stdout and "working.damaged-1" in restored.stdout
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


def test_a_column_that_a_policy_table_gains_is_no_edit_of_the_versions_in_use(home: Home) -> None:
    settings = Settings(home.path)
    with duckdb.connect(str(settings.working_database)) as con:
        con.execute("alter table policy.policy_turnover add column rounded_to integer default 2")
    assert check_policies(settings).is_passed
    # The next publication tells of the versions in use with the column, which guards it from then on.
    told = list(newly_used(settings, "next", date(2026, 3, 31)))
    assert {details["policy_version"] for _, details in told} >= {"turnover-1", "aging-1"}
    assert all("rounded_to" in details["columns"]["policy_turnover"] for _, details in told)
    with duckdb.connect(str(settings.working_database)) as con:
        con.execute("update policy.policy_turnover set period_months = 6 where policy_version = 'turnover-1'")
    assert not check_policies(settings).is_passed


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


def browsed(page: Path, folder: Path) -> tuple[str, set[str]]:
    """What a headless browser makes of a page on disk, and the hosts that anything in it asked for."""
    net_log = folder / "net.json"
    done = subprocess.run(
        [
            shutil.which("chromium") or pytest.skip("no chromium on this machine: apt-get install chromium"),
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-sync", "--disable-background-networking",
            "--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=5000", f"--user-data-dir={folder / 'profile'}",
            f"--log-net-log={net_log}", "--dump-dom", page.as_uri(),
        ],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    hosts = set(re.findall(r'"url":"(?:https?|wss?)://([^/":]+)', net_log.read_text(encoding="utf-8")))
    return done.stdout, {host for host in hosts if not host.endswith(BROWSERS_OWN)}


def test_a_pack_vouches_for_a_publication_and_its_cells_are_computed_again(ledger: Home, tmp_path: Path) -> None:
    packs = [tmp_path / "one.zip", tmp_path / "two.zip"]
    for path in packs:
        done = ledger.run("audit", "pack", publication_of(ledger), "--output", str(path))
        assert done.returncode == 0 and "25 of 25 cells are the same by the reference engine" in done.stdout, done.stderr
    assert packs[0].read_bytes() == packs[1].read_bytes()
    with zipfile.ZipFile(packs[0]) as archive:
        archive.extractall(tmp_path / "pack")
        names = set(archive.namelist())
    assert {"index.html", "manifest.json", "checks.json", "reperformed.json", "ledger.jsonl", "policy/policy_aging.csv"} <= names
    checks = json.loads((tmp_path / "pack" / "checks.json").read_text(encoding="utf-8"))
    assert len(checks) > 400 and all(check["checked_at"] for check in checks)
    # Two of the worked ledger's receipts are post-dated, an invoice is due before its date, another by nobody's term, and R01's
    # says 150 between two files that say 100: flagged, and no more.
    failed = {check["check_code"] for check in checks if not check["is_passed"]}
    assert failed == {"documents_dated_later", "documents_fall_due", "landing_dates", "landing_amounts"}
    page, hosts = browsed(tmp_path / "pack" / "index.html", tmp_path)
    assert hosts == set()
    for told in ("all the same to the cent", "The chain of", "tie_out_aging_to_general_ledger", "aging-1", "documents.csv"):
        assert told in page
    lineage, hosts = browsed(tmp_path / "pack" / "lineage" / "index.html", tmp_path)
    assert hosts == set() and "sources" in lineage and "Lineage" in lineage


def test_a_cell_that_the_reference_engine_computes_otherwise_is_named(home: Home) -> None:
    """Of rows that were edited; a pack is refused before, as the rows are not what was loaded."""
    with duckdb.connect(str(home.path / "working.duckdb")) as con:
        con.execute("update raw.erp__documents set amount = amount + 1 where document_type = 'invoice'")
    folder = home.path / "publications" / publication_of(home)
    cells = reperformed_cells(Settings(home.path), folder, json.loads((folder / "manifest.json").read_text()), 25)
    assert any(not cell.is_same for cell in cells)
    done = home.run("audit", "pack", publication_of(home))
    assert done.returncode == 1 and "raw.erp__documents no longer holds what load" in done.stderr


def test_a_trace_is_one_page_with_lines_and_sql(ledger: Home, tmp_path: Path) -> None:
    done = ledger.run("trace", "fct_aging", "customer_id=A1-C11", "bucket_code=31-60", "--format", "html")
    assert done.returncode == 0, done.stderr
    (tmp_path / "trace.html").write_text(done.stdout, encoding="utf-8")
    for told in ("C11-I,invoice,C11,2026-01-10", "Adds up: yes, to the cent", "int_aging__chosen"):
        assert told in done.stdout
    page, hosts = browsed(tmp_path / "trace.html", tmp_path)
    assert hosts == set() and "C11-I,invoice" in page


def test_a_refresh_tells_its_lineage_in_openlineage_events(ledger: Home) -> None:
    (file,) = (ledger.path / "openlineage").glob("*.jsonl")
    events = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    complete = {event["job"]["name"]: event for event in events if event["eventType"] == "COMPLETE"}
    assert complete["load.erp.documents"]["inputs"][0]["name"].startswith("file/documents")
    (aging,) = complete["dbt.fct_aging"]["outputs"]
    origins = aging["facets"]["columnLineage"]["fields"]["outstanding_amount"]["inputFields"]
    assert [(one["name"], one["field"]) for one in origins] == [("intermediate.int_aging__chosen", "outstanding_amount")]
    published = {one["name"]: one["facets"]["version"]["datasetVersion"] for one in complete["publish"]["outputs"]}
    manifest = json.loads(ledger.query("select manifest from marts.dim_publication")[0][0])
    assert published == {f"published.{name}": mart["content_hash"] for name, mart in manifest["marts"].items()}
