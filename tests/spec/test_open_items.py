"""SEMANTICS 1-3: what stands beside the open amount of an item - disputes, guarantees, status, currencies - and receipts without
applications."""

from collections.abc import Callable
from decimal import Decimal

from tests.conftest import Home

Buckets = Callable[..., dict[str, Decimal]]


def item(ledger: Home, document: str, columns: str, as_of_date: str = "2026-03-31") -> tuple[object, ...]:
    (row,) = ledger.query(
        f"select {columns} from marts.fct_open_items where document_no = '{document}' and as_of_date = '{as_of_date}'"
    )
    return row


def test_a_disputed_item_shows_gross_disputed_and_collectable_side_by_side(ledger: Home) -> None:
    # 80 are owed, 30 of them contested.
    assert item(ledger, "C09-I", "gross_amount, disputed_amount, collectable_amount") == (
        Decimal("80.00"), Decimal("30.00"), Decimal("50.00"),
    )  # fmt: skip


def test_a_guarantee_of_the_document_comes_first_and_the_customers_goes_by_due_date(ledger: Home) -> None:
    # 60 secure C12-I itself. 50 secure all that C12 owes: 40 on C12-I, which then is full, and 10 on C12-J. G3 ended on the 30th.
    assert item(ledger, "C12-I", "outstanding_amount, secured_amount") == (Decimal("100.00"), Decimal("100.00"))
    assert item(ledger, "C12-J", "outstanding_amount, secured_amount") == (Decimal("30.00"), Decimal("10.00"))


def test_status_is_normal_until_due_then_overdue_then_bad_debt_beyond_180_days(ledger: Home) -> None:
    assert item(ledger, "C02-0", "days_past_due, ledger_status") == (0, "normal")
    assert item(ledger, "C02-1", "days_past_due, ledger_status") == (1, "overdue")
    # Due 30 September: 31 + 30 + 31 + 31 + 28 + 31 = 182 days.
    assert item(ledger, "C15-I", "days_past_due, ledger_status") == (182, "bad_debt")


def test_one_item_in_three_currencies(ledger: Home) -> None:
    # 100 USD less 40 paid. 60 x 7.00 at the document's rate, 60 x 7.20 at the closing rate of 31 March: 12 more, not realised.
    assert item(
        ledger, "C16-I", "outstanding_amount, outstanding_base_amount, outstanding_closing_base_amount, unrealised_fx_base_amount"
    ) == (Decimal("60.00"), Decimal("420.00"), Decimal("432.00"), Decimal("12.00"))


def test_a_receipt_that_names_an_invoice_settles_it_and_the_row_says_by_which_rule(ledger: Home, buckets_of: Buckets) -> None:
    assert buckets_of("C13") == {"not_due": Decimal("70.00")}
    assert ledger.query(
        "select distinct receipt_allocation, open_amount from marts.fct_balance_periods "
        "where document_no = 'C13-I' and valid_from = '2026-03-10' order by 1"
    ) == [("reference", Decimal("70.00")), ("reference_amount_fifo", Decimal("70.00"))]


def test_a_receipt_that_names_nothing_stays_unapplied_by_default(buckets_of: Buckets) -> None:
    assert buckets_of("C14") == {"not_due": Decimal("25.00"), "unapplied": Decimal("-25.00")}


def test_the_four_views_of_an_unapplied_credit(ledger: Home) -> None:
    # C03 owes 100, due today; its credit note of 40 is 11 days old and not applied yet.
    rows = ledger.query(
        "select bucket_code, own_column_amount, aged_by_own_date_amount, applied_oldest_first_amount, left_out_amount "
        "from marts.fct_aging_views where customer_id = 'A1-C03' and as_of_date = '2026-03-31' order by bucket_order"
    )
    zero = Decimal("0.00")
    assert rows == [
        ("unapplied", Decimal("-40.00"), zero, zero, zero),
        ("not_due", Decimal("100.00"), Decimal("100.00"), Decimal("60.00"), Decimal("100.00")),
        ("1-30", zero, Decimal("-40.00"), zero, zero),
    ]
