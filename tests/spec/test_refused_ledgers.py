"""A ledger that does not reconcile is refused in plain words, and the last published set stays as it was."""

import re
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from ingestion.archive import fingerprint
from orchestration.ledger.ledger import Ledger
from orchestration.rebuild.diff import diff
from orchestration.settings import ROW_CORRECTIONS, Settings
from tests.conftest import OTHER_USER_ID, ROOT, WORKED_LEDGER, Home

C01_INVOICE = "A1,C01-I,invoice,C01,2026-01-15,,2026-02-14,CNY,100.00"


def test_a_ledger_that_differs_by_a_cent_is_not_published_unless_two_people_release_it(ledger: Home, tmp_path: Path) -> None:
    home, extracts = Home(tmp_path / "warehouse", code=tmp_path / "code"), tmp_path / "extracts"
    shutil.copytree(ledger.path, home.path, symlinks=True)
    shutil.copytree(WORKED_LEDGER, extracts)
    # C01's invoice of 100 states 130 now, and one of 20 March over 70 comes late, with a letter in its amount.
    documents = extracts / "documents.csv"
    later = documents.read_text().replace(C01_INVOICE, C01_INVOICE.replace("100.00", "130.00"))
    documents.write_text(later + "A1,C01-L,invoice,C01,2026-03-20,,2026-04-19,CNY,7O.00,,,\n")
    decide_on_the_last_line(home.code, documents)
    balances = extracts / "gl_balances.csv"
    balances.write_text(balances.read_text().replace("10000.00", "10000.01"))
    done = home.run("refresh", "--as-of", "2026-03-31", "--profile", "canonical", "--extracts", str(extracts))
    assert done.returncode == 1
    assert "tie_out_aging_to_general_ledger" in done.stderr
    assert "2026-03-31 T1/CNY: 10000.00 against 10000.01" in done.stderr
    assert "untouched" in done.stderr and "Traceback" not in done.stderr
    assert home.content_hash() == ledger.content_hash()

    told = home.run("status")
    assert told.returncode == 1 and "as of 2026-03-31, started" in told.stdout and "REFUSED" in told.stdout
    assert "BI reads 2026-03-31-" in told.stdout and "loads came since and are not in what BI reads" in told.stdout
    approve = ("release", "--as-of", "2026-03-31", "--approve")
    unasked = home.run(*approve)
    assert unasked.returncode == 1 and "Nobody has asked to release" in unasked.stderr
    asked = home.run("release", "--as-of", "2026-03-31", "--reason", "the bank posts tomorrow")
    assert asked.returncode == 0 and "10000.00 against 10000.01" in asked.stdout
    alone = home.run(*approve)
    assert alone.returncode == 1 and "Nobody approves a release of their own" in alone.stderr
    together = home.run_as_another(*approve)
    assert together.returncode == 0 and f"uid {OTHER_USER_ID}: the bank posts tomorrow" in together.stdout, together.stderr
    released = f"select has_warnings, contains(warnings, 'uid {OTHER_USER_ID}') from marts.dim_publication"
    assert home.query(released) == [(True, True)]
    assert home.query("select count(*) from marts.fct_tie_outs where status_code = 'differs'") == [(1,)]

    first, listed = ledger.query("select publication_id from marts.dim_publication")[0][0], home.run("publications").stdout
    assert len(listed.splitlines()) == 2 and f"  {first}" in listed and f"* {first}" not in listed
    second = home.query("select publication_id from marts.dim_publication")[0][0]
    assert_the_causes_are_told(home, first, second)
    assert_the_decision_is_told(home, len(later.splitlines()) + 1)
    back = home.run("rollback", first, "--reason", "the bank did not post")
    assert back.returncode == 0 and home.content_hash() == ledger.content_hash()
    events = [entry.event for entry in Ledger(home.path / "ledger" / "ledger.jsonl").entries()]
    quiet = ("load", "landed", "policy_used", "row_decided", "evidence", "project_parsed")
    assert [event for event in events if event not in quiet] == [
        "verdict", "published", "served", "refresh", "verdict", "refresh", "release_asked", "released", "published", "served",
        "rolled_back", "served",
    ]  # fmt: skip
    assert home.run("audit", "verify").returncode == 0


def decide_on_the_last_line(code: Path, documents: Path) -> None:
    """A checkout in which two people have decided that the last line of the documents says 70.00."""
    for part in ("orchestration", "ingestion", "dbt_project"):
        shutil.copytree(ROOT / part, code / part, ignore=shutil.ignore_patterns("__pycache__", "target"))
    shutil.copy(ROOT / "uv.lock", code)
    line = len(documents.read_text().splitlines())
    with (code / "dbt_project" / ROW_CORRECTIONS).open("a") as seed:
        seed.write(
            f"erp.documents,{fingerprint(documents)},{line},correct,amount,70.00,Li Na,Wang Wei,2026-04-01,Paper invoice\n"
        )


def assert_the_decision_is_told(home: Home, line: int) -> None:
    """The line stays quarantined, with what became of it; trace and ledger tell who decided; the document counts with its 70."""
    assert home.query(
        "select line_number, reasons, status_code, corrected_values, decided_by, approver from marts.fct_quarantined_rows"
    ) == [(line, "is not a number", "corrected", "amount=70.00", "Li Na", "Wang Wei")]
    traced = home.run("trace", "fct_open_items", "company_code=A1", "document_no=C01-L", "instalment_no=1")
    assert f"documents.csv line {line}\n      A1,C01-L,invoice,C01,2026-03-20,,2026-04-19,CNY,7O.00,,,\n" in traced.stdout
    assert "read as amount=70.00, decided by Li Na, approved by Wang Wei: Paper invoice" in traced.stdout
    assert "yes, to the cent" in traced.stdout
    assert home.run("quarantine").stdout == "No row is quarantined.\n"
    (told,) = (entry for entry in Ledger(home.path / "ledger" / "ledger.jsonl").entries() if entry.event == "row_decided")
    assert (told.details["decided_by"], told.details["corrected_values"]) == ("Li Na", "amount=70.00")


def assert_the_causes_are_told(home: Home, first: str, second: str) -> None:
    """Company A1 in CNY: 70 came late and 30 more are stated, of one customer. The day is the same, so none of it is passage."""
    difference = diff(Settings(home.path), first, second, customers_shown=5)
    ((*_, before, backdated, withdrawn, corrected, reapplied, moved, later, after),) = (
        row for row in difference.balances if row[:2] == ("A1", "CNY")
    )
    assert (backdated, corrected, after - before) == (70, 30, 100)
    assert withdrawn == reapplied == moved == later == 0 and difference.unexplained == ()
    assert difference.customers == (("A1-C01", "CNY", "backdated", 1, 70), ("A1-C01", "CNY", "corrected", 1, 30))
    assert home.run("diff", second, "no-such").returncode == 2
    assert_a_mart_is_explained_by_building_it_again(home, first, second)


def assert_a_mart_is_explained_by_building_it_again(home: Home, first: str, second: str) -> None:
    """Documents alone changed the aging of A1's customer, by 100; that the ledger's balances came anew changed nothing of it."""
    done = home.run("diff", first, second, "--mart", "fct_aging")
    assert done.returncode == 0, done.stdout + done.stderr
    _, told = done.stdout.split("Amounts of marts, by cause\n")
    columns, *rows = (line.split() for line in told.split("\n\n")[0].splitlines())
    assert columns[-6:] == ["A", "code", "documents", "other_facts", "rebuilt", "B"]
    ((*_, before, code, documents, other_facts, rebuilt, after),) = (
        row for row in rows if row[:4] == ["fct_aging", "outstanding_amount", "A1", "CNY"]
    )
    assert (code, documents, other_facts, rebuilt) == ("0.00", "100.00", "0.00", "0.00")
    assert Decimal(after.replace(",", "")) - Decimal(before.replace(",", "")) == 100
    assert re.search(r"outstanding_amount +A1 +CNY +A1-C01 +documents +100\.00", told), told
    unknown = home.run("diff", first, second, "--mart", "no_mart")
    assert "no_mart is no mart" in unknown.stderr and unknown.stdout == ""


def test_a_row_that_does_not_fit_its_document_is_set_aside_until_it_does(
    ledger: Home, new_home: Callable[[], Home], tmp_path: Path
) -> None:
    """Two applications of documents that nobody delivered, and two parts of 0.60 of an invoice of 1.00: all else is published."""
    home, extracts = new_home(), tmp_path / "extracts"
    shutil.copytree(WORKED_LEDGER, extracts)
    added = {
        "applications.csv": "A1,X1,C01-R,NOWHERE,,2026-03-01,1.00\nA1,X2,DRAFT-2,C01-I,,2026-03-01,2.00\n",
        "instalments.csv": "A1,C02-0,1,2026-04-30,0.60\nA1,C02-0,2,2026-05-31,0.60\n",
    }
    lines = {}
    for name, rows in added.items():
        lines[name] = len((extracts / name).read_text().splitlines()) + 1
        with (extracts / name).open("a") as file:
            file.write(rows)
    refresh = ("refresh", "--as-of", "2026-03-31", "--profile", "canonical", "--extracts", str(extracts))
    done = home.run(*refresh)
    assert done.returncode == 0, done.stdout + done.stderr
    open_items = "select * exclude (policy_version) from marts.fct_open_items order by all"
    assert home.query(open_items) == ledger.query(open_items)

    told = (
        "rows_fit_ledger (applications and instalments): do not fit their documents and were set aside, CNY 4.20 at stake: "
        "4 rows, such as "
        "table_name=erp.applications, company_code=A1, record_id=X1, problem=debit document NOWHERE was not delivered, "
        f"currency_code=CNY, amount=1.00 (applications.csv line {lines['applications.csv']}); "
    )
    assert told in done.stdout and told in home.run("status").stdout, done.stdout
    ((warnings,),) = home.query("select warnings from marts.dim_publication")
    assert told in warnings
    assert "Quarantined 4 rows of erp.applications, erp.instalments; amounts at stake: CNY 4.20" in done.stdout
    rows = (
        "select table_name, line_number, reasons, amount, status_code from marts.fct_quarantined_rows "
        "where set_aside_by = 'ledger' order by 1, 2"
    )
    applications, instalments = lines["applications.csv"], lines["instalments.csv"]
    misfit = "document C02-0 is 1.00, its parts come to 1.20"
    first = ("erp.applications", applications, "A1 X1: debit document NOWHERE was not delivered", Decimal("1.00"), "open")
    assert home.query(rows) == [
        first,
        ("erp.applications", applications + 1, "A1 X2: credit document DRAFT-2 was not delivered", Decimal("2.00"), "open"),
        ("erp.instalments", instalments, f"A1 C02-0/1: {misfit}", Decimal("0.60"), "open"),
        ("erp.instalments", instalments + 1, f"A1 C02-0/2: {misfit}", Decimal("0.60"), "open"),
    ]
    assert "A1,X2,DRAFT-2,C01-I,,2026-03-01,2.00" in home.run("quarantine").stdout
    assert len(home.run("quarantine", "--format", "corrections").stdout.splitlines()) == 1

    header = (WORKED_LEDGER / "documents.csv").read_text().splitlines()[0]
    (extracts / "documents_late.csv").write_text(f"{header}\nA1,DRAFT-2,receipt,C01,2026-02-20,,,CNY,-2.00,,,\n")
    (extracts / "instalments_late.csv").write_text(
        "company_code,document_no,instalment_no,due_date,amount\nA1,C02-0,2,2026-05-31,0.40\n"
    )
    done = home.run(*refresh)
    assert done.returncode == 0, done.stdout + done.stderr
    assert home.query(rows) == [first]
    # 100 - 2 of C01; C02's 1.00 falls due in two parts.
    assert home.query(
        "select document_no, instalment_no, outstanding_amount, days_past_due from marts.fct_open_items "
        "where document_no in ('C01-I', 'DRAFT-2', 'C02-0') and as_of_date = '2026-03-31' order by 1, 2"
    ) == [
        ("C01-I", 1, Decimal("98.00"), 45), ("C02-0", 1, Decimal("0.60"), -30), ("C02-0", 2, Decimal("0.40"), -61),
    ]  # fmt: skip
