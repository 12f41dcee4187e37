"""SEMANTICS 2: what policy matches by itself - day by day, of what stood that day. M2 is M1 with one invoice more."""

import json
from decimal import Decimal

import pytest

from tests.conftest import Home


def open_of(ledger: Home, company: str, as_of: str, *policy: str) -> dict[str, Decimal]:
    done = ledger.run("aging", "--company", company, "--as-of", as_of, "--format", "json", *policy)
    assert done.returncode == 0, done.stderr
    items = json.loads(done.stdout, parse_float=Decimal)["open_items"]
    return {row["document_no"]: row["outstanding_amount"] for row in items}


@pytest.mark.parametrize("company", ["M1", "M2"])
def test_an_invoice_of_exactly_the_amount_that_comes_later_changes_no_earlier_match(ledger: Home, company: str) -> None:
    # 900 received on 10 January, 500 billed on 1 February and matched oldest first: 400 are left, whatever 10 March brings.
    found = open_of(ledger, company, "2026-02-28", "--policy", "aging-receipts-1")
    assert {number: amount for number, amount in found.items() if number.startswith("A-")} == {"A-R": Decimal("-400.00")}


def test_what_is_left_of_a_receipt_goes_to_what_comes_next(ledger: Home) -> None:
    # The 400 that are left settle as much of the 900 billed on 10 March.
    assert open_of(ledger, "M2", "2026-03-31", "--policy", "aging-receipts-1") == {"A-I2": Decimal("500.00")}


def test_credit_notes_and_write_offs_settle_the_invoice_that_they_name_and_no_other(ledger: Home) -> None:
    # 700 less the credit note of 200 and the write-off of 100. The credit note of 30 names nothing and waits under any policy.
    for policy in ((), ("--policy", "aging-receipts-1")):
        found = open_of(ledger, "M1", "2026-03-31", *policy)
        assert (found["B-I"], found["B-L"]) == (Decimal("400.00"), Decimal("-30.00"))
        assert "B-K" not in found and "B-W" not in found


def test_what_the_sender_applies_later_does_not_undo_a_match(ledger: Home) -> None:
    # On 20 February C's receipt of 400 settles the invoice that it names. That the sender applies another 400 to it in March is
    # known in March: the invoice is paid twice then, and was paid in February all the same.
    february, march = (open_of(ledger, "M1", day) for day in ("2026-02-28", "2026-03-31"))
    assert [number for number in february if number.startswith("C-")] == []
    assert {number: amount for number, amount in march.items() if number.startswith("C-")} == {"C-I": Decimal("-400.00")}
