"""What can hardly be so is said at landing, with file and line: dates, amounts, and files that are not whole."""

from datetime import date
from pathlib import Path

import pytest

from ingestion.contract import load_contracts
from ingestion.loader import registered_loads
from ingestion.profile import FileFormat
from orchestration.quality.plausibility import AMOUNTS, DATES, FILES, check_plausibility, landing_policy
from orchestration.settings import Settings
from tests.unit.conftest import RawWarehouse

HEADER = "company_code,document_no,document_type,customer_code,document_date,due_date,currency_code,amount\n"
CUSTOMERS = "company_code,customer_code,customer_name\n"


def document(number: str, amount: str = "100.00", dated: str = "2026-01-31", due: str = "") -> str:
    return f"A,{number},invoice,C1,{dated},{due},CNY,{amount}\n"


def warned(warehouse: RawWarehouse, table: str, check: str, load_number: int = -1) -> str | None:
    """What a check says of the table's last load (or another); None when it finds nothing."""
    contract = load_contracts()[table]
    load = registered_loads(warehouse.con, contract)[load_number]
    settings = Settings(warehouse.archive.parent)
    mapping = warehouse.profile.mappings_of(contract)[0]
    rules = landing_policy(settings, date(2026, 4, 1))
    (outcome,) = (
        one for one in check_plausibility(settings, contract, load, mapping, rules) if one.check_code == check
    )  # fmt: skip
    return None if outcome.is_passed else outcome.summary


def written(warehouse: RawWarehouse, *date_formats: str) -> None:
    """The sender writes its dates otherwise."""
    tables = [one.model_copy(update={"file_format": FileFormat(date_formats=date_formats)}) for one in warehouse.profile.tables]
    warehouse.profile = warehouse.profile.model_copy(update={"tables": tuple(tables)})


def test_plain_files_are_not_warned_of(warehouse: RawWarehouse) -> None:
    warehouse.deliver("erp.documents", "documents.csv", HEADER + document("D1", due="2026-01-31") + document("D2"))
    warehouse.deliver("erp.customers", "customers.csv", f"{CUSTOMERS}A,C1,One\n")
    for table in ("erp.documents", "erp.customers"):
        assert [warned(warehouse, table, check) for check in (DATES, AMOUNTS, FILES)] == [None, None, None]


def test_due_before_the_document(warehouse: RawWarehouse) -> None:
    warehouse.deliver(
        "erp.documents", "documents.csv", HEADER + document("D1", due="2026-02-28") + document("D2", due="2026-01-30")
    )
    told = warned(warehouse, "erp.documents", DATES)
    assert told is not None and "due before the date of the document: 1 row" in told
    assert "document_no=D2" in told and "documents.csv line 3" in told


def test_an_instalment_due_before_its_document_is_told_with_whichever_of_them_comes_later(warehouse: RawWarehouse) -> None:
    parts = "company_code,document_no,instalment_no,due_date,amount\nA,D1,1,2026-01-15,100.00\n"
    warehouse.deliver("erp.instalments", "instalments.csv", parts)
    assert warned(warehouse, "erp.instalments", DATES) is None
    warehouse.deliver("erp.documents", "documents.csv", HEADER + document("D1"))
    told = warned(warehouse, "erp.documents", DATES)
    assert told is not None and "instalments.csv line 2" in told


@pytest.mark.parametrize(
    ("dates", "is_told"),
    [
        (["05/03/2026", "07/04/2026"], True),  # 5 March or 3 May
        (["05/03/2026", "13/04/2026"], False),  # a 13th is no month
        (["03/03/2026"], False),  # the same either way
    ],
)
def test_a_file_whose_dates_fit_both_ways(warehouse: RawWarehouse, dates: list[str], is_told: bool) -> None:
    written(warehouse, "%d/%m/%Y")
    rows = "".join(document(f"D{number}", dated=dated) for number, dated in enumerate(dates))
    warehouse.deliver("erp.documents", "documents.csv", HEADER + rows)
    told = warned(warehouse, "erp.documents", DATES)
    assert (told is not None) is is_told
    assert told is None or "every date also fits with day and month exchanged: 2 rows" in told


def test_dates_that_begin_with_the_year_are_doubted_only_on_eight_different_days(warehouse: RawWarehouse) -> None:
    """Postings of the firsts of months are common; of the 2nd to the 9th without any later day, day and month were exchanged."""
    for name, days in (("documents.csv", (1,)), ("documents_2.csv", range(2, 9)), ("documents_3.csv", range(2, 10))):
        rows = "".join(document(f"{name}{day}", dated=f"2026-12-{day:02}") for day in days)
        warehouse.deliver("erp.documents", name, HEADER + rows)
    assert [warned(warehouse, "erp.documents", DATES, load) is not None for load in (0, 1, 2)] == [False, False, True]


@pytest.mark.parametrize(("date_format", "zero"), [("%d/%m/%Y", "0"), ("%-d/%-m/%Y", "")])
def test_a_file_with_day_and_month_exchanged_is_told_by_the_dates_that_fit_only_so(
    warehouse: RawWarehouse, date_format: str, zero: str
) -> None:
    """Month first, read as day first: 01/25 is set aside, and 02/03 was read as 2 March."""
    written(warehouse, date_format)
    rows = document("D1", dated=f"{zero}1/25/2026") + document("D2", dated=f"{zero}2/{zero}3/2026")
    warehouse.deliver("erp.documents", "documents.csv", HEADER + rows)
    told = warned(warehouse, "erp.documents", DATES)
    assert told is not None and "dates fit only with day and month exchanged" in told and f"value={zero}1/25/2026" in told


def test_an_amount_a_thousand_times_the_usual(warehouse: RawWarehouse) -> None:
    """Usual is the median of 100, 120 and 90 delivered before: 100. 100,000 is a thousand times that, 99,999 is not."""
    usual = "".join(document(f"U{amount}", f"{amount}.00") for amount in (100, 120, 90))
    warehouse.deliver("erp.documents", "documents.csv", HEADER + usual)
    warehouse.deliver("erp.documents", "documents_2.csv", HEADER + document("D1", "100000.00") + document("D2", "99999.00"))
    told = warned(warehouse, "erp.documents", AMOUNTS)
    assert told is not None and "1000 times what is usual" in told and "1 row: " in told
    assert "usual_amount=100.00" in told and "documents_2.csv line 2" in told
    assert warned(warehouse, "erp.documents", AMOUNTS, 0) is None


def test_a_posted_amount_that_is_other_than_delivered_before(warehouse: RawWarehouse) -> None:
    warehouse.deliver("erp.documents", "documents.csv", HEADER + document("D1", "100.00") + document("D2", "100.00"))
    warehouse.deliver("erp.documents", "documents_2.csv", HEADER + document("D1", "150.00") + document("D2", "100.00"))
    told = warned(warehouse, "erp.documents", AMOUNTS)
    assert told is not None and "amounts other than delivered before: 1 row" in told
    assert "earlier_amount=100.00, delivered_before=documents.csv line 2" in told and "documents_2.csv line 2" in told


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_file_of_another_encoding_with_its_mark_is_whole_or_cut_alike(warehouse: RawWarehouse, encoding: str) -> None:
    for number, end in enumerate(("\n", "")):
        text = HEADER + document("D1" + "1" * number).removesuffix("\n") + end
        content = (text if encoding in ("utf-8-sig", "utf-32") else "\ufeff" + text).encode(encoding)
        warehouse.deliver("erp.documents", "documents.csv", content)
        told = warned(warehouse, "erp.documents", FILES)
        assert told is None if end else told is not None and ",CNY,100.00" in told


def test_a_file_that_is_cut_in_a_number(warehouse: RawWarehouse) -> None:
    warehouse.deliver("erp.documents", "documents.csv", (HEADER + document("D1", "1234.00")).removesuffix("34.00\n"))
    told = warned(warehouse, "erp.documents", FILES)
    assert told is not None and "may be cut" in told and ",CNY,12" in told


def test_a_full_delivery_that_no_longer_holds_what_stood(warehouse: RawWarehouse) -> None:
    rows = [f"A,C{number},Customer\n" for number in range(10)]
    warehouse.deliver("erp.customers", "customers.csv", CUSTOMERS + "".join(rows))
    warehouse.deliver("erp.customers", "customers.csv", CUSTOMERS + "".join(rows[:9]))  # a tenth of what stood
    assert warned(warehouse, "erp.customers", FILES) is None
    warehouse.deliver("erp.customers", "customers.csv", CUSTOMERS + "".join(rows[:8]))  # a ninth
    told = warned(warehouse, "erp.customers", FILES)
    assert told is not None and "1 rows that stood before are in this full delivery no more; it holds 8" in told


def test_parts_that_hold_the_same_keys_may_be_wholes(warehouse: RawWarehouse) -> None:
    (warehouse.extracts / "customers_1.csv").write_text(f"{CUSTOMERS}A,C1,One\nA,C2,Two\n")
    warehouse.deliver("erp.customers", "customers_2.csv", f"{CUSTOMERS}A,C1,One\n")
    told = warned(warehouse, "erp.customers", FILES)
    assert told is not None and "several files of one delivery hold the same keys" in told and "customer_code=C1" in told


def test_a_full_file_without_a_row_replaces_nothing_and_says_so(warehouse: RawWarehouse) -> None:
    warehouse.deliver("erp.customers", "customers.csv", f"{CUSTOMERS}A,C1,One\n")
    warehouse.deliver("erp.customers", "customers.csv", CUSTOMERS)
    told = warned(warehouse, "erp.customers", FILES)
    assert told is not None and "replaces nothing" in told


def test_a_rule_without_a_row_in_the_policy_is_not_applied(tmp_path: Path) -> None:
    assert set(landing_policy(Settings(tmp_path), date(1999, 12, 31))) == set()
    assert "amount_changed" in landing_policy(Settings(tmp_path), date(2026, 1, 1))
