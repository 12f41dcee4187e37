"""A ledger that does not reconcile is refused in plain words, and the last published set stays as it was."""

import shutil
from collections.abc import Callable
from pathlib import Path

from orchestration.audit.diff import diff
from orchestration.audit.ledger import Ledger
from orchestration.settings import Settings
from tests.conftest import WORKED_LEDGER, Home

C01_INVOICE = "A1,C01-I,invoice,C01,2026-01-15,,2026-02-14,CNY,100.00"


def test_a_ledger_that_differs_by_a_cent_is_not_published_unless_two_people_release_it(ledger: Home, tmp_path: Path) -> None:
    home, extracts = Home(tmp_path / "warehouse"), tmp_path / "extracts"
    shutil.copytree(ledger.path, home.path, symlinks=True)
    shutil.copytree(WORKED_LEDGER, extracts)
    # C01's invoice of 100 states 130 now, and one of 20 March over 70 comes late.
    documents = extracts / "documents.csv"
    later = documents.read_text().replace(C01_INVOICE, C01_INVOICE.replace("100.00", "130.00"))
    documents.write_text(later + "A1,C01-L,invoice,C01,2026-03-20,,2026-04-19,CNY,70.00,,,\n")
    balances = extracts / "gl_balances.csv"
    balances.write_text(balances.read_text().replace("10000.00", "10000.01"))
    done = home.run("refresh", "--as-of", "2026-03-31", "--profile", "canonical", "--extracts", str(extracts))
    assert done.returncode == 1
    assert "tie_out_aging_to_general_ledger" in done.stderr
    assert "2026-03-31 T1/CNY: 10000.00 against 10000.01" in done.stderr
    assert "untouched" in done.stderr and "Traceback" not in done.stderr
    assert home.content_hash() == ledger.content_hash()

    reason = ("--reason", "the bank posts tomorrow")
    asked = ("release", "--as-of", "2026-03-31", *reason, "--requested-by", "Li Na", "--approved-by")
    alone = home.run(*asked, "li na")
    assert alone.returncode == 1 and "Nobody approves a release of their own" in alone.stderr
    together = home.run(*asked, "Wang Wei")
    assert together.returncode == 0 and "released by Li Na and Wang Wei: the bank posts tomorrow" in together.stdout
    assert home.query("select has_warnings, contains(warnings, 'Wang Wei') from marts.dim_publication") == [(True, True)]
    assert home.query("select count(*) from marts.fct_tie_outs where status_code = 'differs'") == [(1,)]

    first, listed = ledger.query("select publication_id from marts.dim_publication")[0][0], home.run("publications").stdout
    assert len(listed.splitlines()) == 2 and f"  {first}" in listed and f"* {first}" not in listed
    second = home.query("select publication_id from marts.dim_publication")[0][0]
    assert_the_causes_are_told(home, first, second)
    back = home.run("rollback", first, "--reason", "the bank did not post")
    assert back.returncode == 0 and home.content_hash() == ledger.content_hash()
    events = [entry.event for entry in Ledger(home.path / "ledger" / "ledger.jsonl").entries()]
    assert [event for event in events if event not in ("load", "policy_used")] == [
        "verdict", "published", "refresh", "verdict", "refresh", "released", "published", "rolled_back"
    ]  # fmt: skip
    assert home.run("audit", "verify").returncode == 0


def assert_the_causes_are_told(home: Home, first: str, second: str) -> None:
    """Company A1 in CNY: 70 came late and 30 more are stated, of one customer. The day is the same, so none of it is passage."""
    difference = diff(Settings(home.path), first, second, customers_shown=5)
    ((*_, before, backdated, withdrawn, corrected, reapplied, moved, later, after),) = (
        row for row in difference.balances if row[:2] == ("A1", "CNY")
    )
    assert (backdated, corrected, after - before) == (70, 30, 100)
    assert withdrawn == reapplied == moved == later == 0 and difference.unexplained == ()
    assert difference.customers == (("A1-C01", "CNY", "backdated", 1, 70), ("A1-C01", "CNY", "corrected", 1, 30))
    assert home.run("diff", second, "no-such").returncode == 1


def test_an_application_to_an_unknown_document_stops_the_build(new_home: Callable[[], Home], tmp_path: Path) -> None:
    home, extracts = new_home(), tmp_path / "extracts"
    shutil.copytree(WORKED_LEDGER, extracts)
    with (extracts / "applications.csv").open("a") as file:
        file.write("A1,X1,C01-R,NOWHERE,,2026-03-01,1.00\n")
    done = home.run("refresh", "--as-of", "2026-03-31", "--profile", "canonical", "--extracts", str(extracts))
    assert done.returncode == 1
    assert "applications_reach_documents" in done.stderr and "Traceback" not in done.stderr
    assert not home.serving_database.exists()
