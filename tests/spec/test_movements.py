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
    ("bucket", "left", "rolled", "loss_rate"),
    [
        # An item or two are no evidence, of P1 or of all that keep books in CNY: policy's 50 %, in every bucket. From 90+ to loss
        # 0.5, x loss given default 60 % x overlay 1.1; from each younger bucket half as much as from the next, x overlay 1.05.
        ("90+", "0.00", "0.00", "0.33"),
        # All 500 that left grew older (200) or were written off (300).
        ("61-90", "500.00", "500.00", "0.1575"),
        # 600 left: 500 + 40 grew older, 60 were paid.
        ("31-60", "600.00", "540.00", "0.07875"),
        # 700 left: 500 + 100 grew older.
        ("1-30", "700.00", "600.00", "0.039375"),
        # 1,000 left: 200 grew older.
        ("not_due", "1000.00", "200.00", "0.0196875"),
    ],
)
def test_too_little_history_gives_the_rate_of_policy_and_says_so(
    ledger: Home, bucket: str, left: str, rolled: str, loss_rate: str
) -> None:
    ((source, note, *found),) = ledger.query(
        "select rate_source_code, note, left_base_amount, rolled_base_amount, roll_rate, loss_rate "
        "from marts.fct_provision_rates "
        f"where company_code = 'P1' and as_of_date = '2026-03-31' and bucket_code = '{bucket}'"
    )
    assert found == [Decimal(left), Decimal(rolled), Decimal("0.5"), Decimal(loss_rate)]
    assert source == "unproven" and f"items of {left}, is less than policy asks for; that of all companies too" in str(note)


def test_the_allowance_is_balance_times_loss_rate(ledger: Home) -> None:
    assert ledger.query(
        "select bucket_code, outstanding_base_amount, rate_source_code, allowance_base_amount from marts.fct_provision "
        "where company_code = 'P1' and as_of_date = '2026-03-31' order by 1"
    ) == [
        ("61-90", Decimal("40.00"), "unproven", Decimal("6.30")),  # 40 x 0.1575
        ("90+", Decimal("200.00"), "unproven", Decimal("66.00")),  # 200 x 0.33
    ]


def test_the_back_test_sets_an_allowance_against_the_losses_since(ledger: Home) -> None:
    # On 28 February 100 stood in 31-60 and 500 in 61-90: 100 x 0.07875 + 500 x 0.1575 = 7.88 + 78.75 of allowance, as
    # fct_provision shows them. 300 were written off in March: 300 / 86.63.
    assert ledger.query(
        "select outstanding_base_amount, allowance_base_amount, written_off_since_base_amount, used_pct "
        "from marts.fct_provision_backtest where company_code = 'P1' and as_of_date = '2026-02-28'"
    ) == [(Decimal("600.00"), Decimal("86.63"), Decimal("300.00"), Decimal("346.300358"))]
