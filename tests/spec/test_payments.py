"""SEMANTICS 1, payments: what pays, for as long as it stands. Company B1 of the worked ledger."""

from decimal import Decimal

from tests.conftest import Home


def punctuality(ledger: Home, customer: str) -> dict[str, tuple]:
    """Weighted days late and on-time rate by number of a customer's turnover, by date, from January on."""
    rows = ledger.query(
        "select as_of_date::varchar, weighted_days_late, on_time_count_rate_pct from marts.fct_turnover "
        f"where level = 'customer' and level_key = 'B1-{customer}' and as_of_date >= '2026-01-31'"
    )
    return {day: tuple(values) for day, *values in rows}


def behaviour(ledger: Home, customer: str) -> dict[str, tuple]:
    """Payments counted, early and late, their average days late and the habit, by date."""
    rows = ledger.query(
        "select as_of_date::varchar, payment_count, early_count, late_count, average_days_late, habit_code "
        f"from marts.fct_payment_behaviour where customer_id = 'B1-{customer}'"
    )
    return {day: tuple(values) for day, *values in rows}


def test_a_bounced_cheque_is_no_payment_and_what_is_paid_afterwards_is_late_from_the_due_date(ledger: Home) -> None:
    # Due 4 January, paid on the 2nd, two days early. Bounced on 10 February: the application is reversed and the receipt settles
    # the debit. Paid for good on 15 March: 27 + 28 + 15 = 70 days late. At the end of January the cheque had not bounced yet.
    assert punctuality(ledger, "B01") == {
        "2026-01-31": (Decimal(-2), Decimal(100)),
        "2026-02-28": (None, None),
        "2026-03-31": (Decimal(70), Decimal(0)),
    }
    assert behaviour(ledger, "B01") == {
        "2026-01-31": (1, 1, 0, Decimal(-2), "on_time"),
        "2026-03-31": (1, 0, 1, Decimal(70), "habitually_late"),
    }


def test_whose_only_payment_bounced_has_no_habit(ledger: Home) -> None:
    # Paid a day early; the debit of 20 February names the receipt, whose application the sender leaves as it is.
    assert behaviour(ledger, "B02") == {"2026-01-31": (1, 1, 0, Decimal(-1), "on_time")}


def test_a_receipt_taken_off_and_applied_again_is_one_payment_of_its_first_month(ledger: Home) -> None:
    # Due 1 February, paid on the 5th, taken off on the 20th and applied again on the 25th.
    assert punctuality(ledger, "B03")["2026-02-28"] == (Decimal(4), Decimal(0))
    assert "2026-03-31" not in punctuality(ledger, "B03")
    assert behaviour(ledger, "B03")["2026-03-31"] == (1, 0, 1, Decimal(4), "late")


def test_paying_the_debit_of_a_bounce_is_late_from_the_day_first_due(ledger: Home) -> None:
    # Due and paid on 9 January. Debit D of the 20th names the receipt; another receipt settles D on 8 February: 30 days late.
    assert behaviour(ledger, "B04") == {
        "2026-02-28": (1, 0, 1, Decimal(30), "habitually_late"),
        "2026-03-31": (1, 0, 1, Decimal(30), "habitually_late"),
    }


def test_collected_is_what_stands_of_the_months_payments(ledger: Home) -> None:
    # As of 28 February the month's payments are 300 of B03 and 800 of B04; what bounced that month lowers January, not February.
    assert ledger.query(
        "select collected_base_amount from marts.fct_sales_performance "
        "where salesperson_code = 'payments' and as_of_date = '2026-02-28'"
    ) == [(Decimal("1100.00"),)]
