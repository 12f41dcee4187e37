"""SEMANTICS 4 and 8: roll-forward, migration between buckets and the provision that follows from it, on one customer.

P01 is billed 1,000 (due 10 January) and 500 (due 10 December) on 5 December 2025.

              1,000                                500
31 December   not due     1,000                    21 days    500
31 January    21 days       200  (800 paid)        52 days    500
28 February   49 days       100  (100 paid)        80 days    500
31 March      80 days        40  ( 60 paid)       111 days    200  (300 written off)
"""

from decimal import Decimal

import pytest

from tests.conftest import Home


def test_march_rolls_forward_by_cause(ledger: Home) -> None:
    # 100 + 500 = 600; less 60 received, less 300 written off: 240.
    assert ledger.query(
        "select opening_amount, billed_amount, received_amount, credited_amount, written_off_amount, closing_amount, "
        "difference_amount "
        "from marts.fct_receivables_rollforward where company_code = 'P1' and as_of_date = '2026-03-31'"
    ) == [tuple(Decimal(amount) for amount in ("600.00", "0.00", "60.00", "0.00", "300.00", "240.00", "0.00"))]


def test_exchange_differences_of_a_payment_are_realised_when_it_is_applied(ledger: Home) -> None:
    # C16: 100 USD at 7.00 = 700. 40 USD received at 7.10 = 284, applied: 40 x (7.10 - 7.00) = 4. Left: 60 x 7.00 = 420.
    assert ledger.query(
        "select opening_base_amount, posted_base_amount, realised_fx_base_amount, rounding_base_amount, closing_base_amount "
        "from marts.fct_receivables_rollforward where customer_id = 'A1-C16' and as_of_date = '2026-02-28'"
    ) == [tuple(Decimal(amount) for amount in ("700.00", "-284.00", "4.00", "0.00", "420.00"))]


def test_march_migrates_from_bucket_to_bucket(ledger: Home) -> None:
    assert ledger.query(
        "select from_bucket_code, to_bucket_code, moved_amount from marts.fct_aging_migration "
        "where company_code = 'P1' and as_of_date = '2026-03-31' order by 1, 2"
    ) == [
        ("31-60", "61-90", Decimal("40.00")),
        ("31-60", "settled", Decimal("60.00")),
        ("61-90", "90+", Decimal("200.00")),
        ("61-90", "written_off", Decimal("300.00")),
    ]


@pytest.mark.parametrize(
    ("bucket", "roll_rate", "loss_rate", "is_proven"),
    [
        # Nothing has left 90+ yet: policy's 50 %. x loss given default 60 % x overlay 1.05 = 0.5 x 0.63.
        ("90+", "0.5", "0.315", False),
        # All 500 that left grew older (200) or were written off (300).
        ("61-90", "1", "0.315", True),
        # 600 left: 500 + 40 grew older, 60 were paid. 0.9 x 0.315.
        ("31-60", "0.9", "0.2835", True),
        # 700 left: 500 + 100 grew older. 6/7 x 0.2835.
        ("1-30", "0.857142857143", "0.243", True),
        # 1,000 left: 200 grew older. 0.2 x 0.243.
        ("not_due", "0.2", "0.0486", True),
    ],
)
def test_loss_rates_are_the_product_of_roll_rates_to_loss(
    ledger: Home, bucket: str, roll_rate: str, loss_rate: str, is_proven: bool
) -> None:
    assert ledger.query(
        "select roll_rate, loss_rate, is_proven from marts.fct_provision_rates "
        f"where company_code = 'P1' and as_of_date = '2026-03-31' and bucket_code = '{bucket}'"
    ) == [(Decimal(roll_rate), Decimal(loss_rate), is_proven)]


def test_the_allowance_is_balance_times_loss_rate(ledger: Home) -> None:
    assert ledger.query(
        "select bucket_code, outstanding_base_amount, allowance_base_amount from marts.fct_provision "
        "where company_code = 'P1' and as_of_date = '2026-03-31' order by 1"
    ) == [
        ("61-90", Decimal("40.00"), Decimal("12.60")),  # 40 x 0.315
        ("90+", Decimal("200.00"), Decimal("63.00")),  # 200 x 0.315
    ]


def test_the_back_test_sets_an_allowance_against_the_losses_since(ledger: Home) -> None:
    # On 28 February nothing had left 61-90 yet, and all of 31-60 had grown older: 1 x 0.5 x 0.5 x 0.63 = 0.1575 for both buckets.
    # (100 + 500) x 0.1575 = 94.50 of allowance; 300 were written off in March: 300 / 94.50.
    assert ledger.query(
        "select outstanding_base_amount, allowance_base_amount, written_off_since_base_amount, used_pct "
        "from marts.fct_provision_backtest where company_code = 'P1' and as_of_date = '2026-02-28'"
    ) == [(Decimal("600.00"), Decimal("94.50"), Decimal("300.00"), Decimal("317.460317"))]
