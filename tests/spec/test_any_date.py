"""`receivables aging`: any past date, under any policy version, from the published set. C02 owes powers of two at the edge days:
1 due today, 2 since 1 day, 4 since 30, 8 since 31, 16 since 60, 32 since 61, 64 since 90, 128 since 91."""

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from tests.conftest import Home


def answer(ledger: Home, *arguments: str) -> dict:
    done = ledger.run("aging", "--company", "A1", "--format", "json", *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout, parse_float=Decimal)


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("aging-1", {"not_due": 1, "1-30": 2 + 4, "31-60": 8 + 16, "61-90": 32 + 64, "90+": 128}),
        # Day 0 stands in the first range.
        ("erpnext-1", {"0-30": 1 + 2 + 4, "31-60": 8 + 16, "61-90": 32 + 64, "91-120": 128}),
        ("odoo-1", {"at_date": 1, "1-30": 2 + 4, "31-60": 8 + 16, "61-90": 32 + 64, "91-120": 128}),
        ("oca-1", {"current": 1, "1-30": 2 + 4, "31-60": 8 + 16, "61-90": 32 + 64, "91-120": 128}),
        # A term begins on its day: 30 days past due is in the second.
        ("tryton-1", {"0-29": 1 + 2, "30-59": 4 + 8, "60-89": 16 + 32, "90+": 64 + 128}),
        ("oracle-1", {"current": 1, "1-30": 2 + 4, "31-60": 8 + 16, "61-90": 32 + 64, "91+": 128}),
        ("sap-1", {"to 0": 1, "1-10": 2, "21-30": 4, "31-40": 8, "from 41": 16 + 32 + 64 + 128}),
    ],
)
def test_edge_days_fall_as_in_the_old_systems_report(ledger: Home, version: str, expected: dict[str, int]) -> None:
    found = answer(ledger, "--as-of", "2026-03-31", "--by", "customer", "--policy", version)
    assert found["policy_version"] == version
    assert {
        row["bucket_code"]: row["outstanding_amount"] for row in found["buckets"] if row["customer_id"] == "A1-C02"
    } == expected


def test_a_day_between_month_ends_is_answered_without_a_refresh(ledger: Home) -> None:
    # C01: 100 due 14 February. On the 15th it is one day past due.
    found = answer(ledger, "--as-of", "2026-02-15", "--by", "customer")
    assert [row for row in found["buckets"] if row["customer_id"] == "A1-C01"] == [
        {
            "company_code": "A1", "customer_id": "A1-C01", "currency_code": "CNY", "bucket_code": "1-30",
            "outstanding_amount": Decimal("100.00"), "outstanding_base_amount": Decimal("100.00"),
        }
    ]  # fmt: skip
    (item,) = [row for row in found["open_items"] if row["document_no"] == "C01-I"]
    assert (item["days_past_due"], item["due_date"], item["ledger_status"]) == (1, "2026-02-14", "overdue")


def test_totals_buckets_and_open_items_add_up(ledger: Home) -> None:
    found = answer(ledger, "--as-of", "2026-03-31")
    for total in found["totals"]:
        currency = total["currency_code"]
        for part in ("buckets", "open_items"):
            assert (
                sum(row["outstanding_amount"] for row in found[part] if row["currency_code"] == currency)
                == total["outstanding_amount"]
            )


def test_on_a_reporting_date_it_is_what_the_mart_says(ledger: Home) -> None:
    columns = "company_code, customer_id, currency_code, bucket_code, outstanding_amount, outstanding_base_amount"
    mart = ledger.query(
        f"select {columns} from marts.fct_aging where as_of_date = '2026-02-28' and company_code = 'A1' order by all"
    )
    found = answer(ledger, "--as-of", "2026-02-28", "--by", "customer")["buckets"]
    assert sorted(tuple(row[name] for name in columns.split(", ")) for row in found) == mart
    items = "document_no, days_past_due, bucket_code, disputed_amount, collectable_amount, secured_amount"
    mart_items = ledger.query(
        f"select {items} from marts.fct_open_items where as_of_date = '2026-02-28' and company_code = 'A1' order by all"
    )
    found_items = answer(ledger, "--as-of", "2026-02-28")["open_items"]
    assert sorted(tuple(row[name] for name in items.split(", ")) for row in found_items) == mart_items


def test_an_amount_policy_matches_a_receipt_of_exactly_the_debt(ledger: Home) -> None:
    found = answer(ledger, "--as-of", "2026-03-31", "--by", "customer", "--policy", "aging-receipts-1")
    assert [row for row in found["buckets"] if row["customer_id"] == "A1-C14"] == []


def test_csv_and_excel_hold_the_same_rows(ledger: Home, tmp_path: Path) -> None:
    asked = ("aging", "--as-of", "2026-03-31", "--by", "customer")
    rows = list(csv.reader(io.StringIO(ledger.run(*asked, "--format", "csv").stdout)))
    book = tmp_path / "aging.xlsx"
    assert ledger.run(*asked, "--format", "xlsx", "--output", str(book)).returncode == 0
    sheet = [list(row) for row in openpyxl.load_workbook(book).active.iter_rows(values_only=True)]
    assert sheet[0] == rows[0] and len(sheet) == len(rows) > 15
    assert [Decimal(str(row[-1])) for row in sheet[1:]] == [Decimal(row[-1]) for row in rows[1:]]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("--as-of", "2026-04-01"), 1, "knows nothing of 2026-04-01"),
        (("--as-of", "2026-03-31", "--policy", "none-such"), 2, "choose one of: aging-1"),
        (("--as-of", "2026-03-31", "--company", "none-such"), 2, "No company none-such is published"),
    ],
)
def test_what_cannot_be_answered_says_why_and_what_to_do(ledger: Home, arguments: tuple[str, ...], code: int, told: str) -> None:
    done = ledger.run("aging", *arguments)
    assert done.returncode == code and told in done.stderr
