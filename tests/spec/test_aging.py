"""SEMANTICS 1-4: what is open as of a date, and in which bucket."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.conftest import Home

Buckets = Callable[..., dict[str, Decimal]]


def test_a_payment_after_the_date_leaves_the_item_open(buckets_of: Buckets) -> None:
    # Due 14 February, paid 5 April. On 31 March: 14 + 31 = 45 days past due.
    assert buckets_of("C01") == {"31-60": Decimal("100.00")}


@pytest.mark.parametrize(
    ("bucket", "amount"),
    [
        ("not_due", 1),  # due today: day 0 is not overdue
        ("1-30", 2 + 4),  # days 1 and 30
        ("31-60", 8 + 16),  # days 31 and 60
        ("61-90", 32 + 64),  # days 61 and 90
        ("90+", 128),  # day 91
    ],
)
def test_every_edge_day_falls_into_its_bucket(buckets_of: Buckets, bucket: str, amount: int) -> None:
    assert buckets_of("C02")[bucket] == amount


def test_a_credit_applied_later_is_itself_open_and_not_netted(buckets_of: Buckets) -> None:
    # Credit note of 20 March, applied on 2 April: on 31 March both stand.
    assert buckets_of("C03") == {"not_due": Decimal("100.00"), "unapplied": Decimal("-40.00")}


def test_a_payment_before_the_invoice_is_a_credit_until_the_invoice_counts(buckets_of: Buckets) -> None:
    # Received and applied on 10 February; the invoice's accounting date is 5 March, so the application counts from then.
    assert buckets_of("C04", "2026-02-28") == {"unapplied": Decimal("-50.00")}
    assert buckets_of("C04", "2026-03-31") == {}


def test_an_application_without_instalment_settles_the_earliest_due(buckets_of: Buckets) -> None:
    # 3 x 100 due end of January, February, March; 150 paid: 100 on the first, 50 on the second.
    # On 31 March the second is 31 days past due with 50, the third is due today with 100.
    assert buckets_of("C05") == {"31-60": Decimal("50.00"), "not_due": Decimal("100.00")}


def test_a_named_instalment_takes_its_own_and_the_rest_goes_by_due_date(buckets_of: Buckets) -> None:
    # 100 name instalment 3; 120 name none: 100 on the first, 20 on the second, which keeps 80.
    assert buckets_of("C06") == {"31-60": Decimal("80.00")}


def test_one_cent_stays_open(buckets_of: Buckets) -> None:
    # Due 31 January, 100.00 less 99.99; 28 + 31 = 59 days past due.
    assert buckets_of("C07") == {"31-60": Decimal("0.01")}


def test_currencies_are_never_added_up(buckets_of: Buckets, ledger: Home) -> None:
    assert buckets_of("C08", currency="USD") == {"not_due": Decimal("100.00")}
    assert buckets_of("C08", currency="CNY") == {"not_due": Decimal("100.00")}
    # 100 USD at the document's rate of 7.10.
    assert ledger.query(
        "select outstanding_base_amount from marts.fct_aging where customer_id = 'A1-C08' and currency_code = 'USD' "
        "and as_of_date = '2026-03-31'"
    ) == [(Decimal("710.00"),)]


def test_disputed_amounts_stay_in_the_total_and_stand_beside_it(ledger: Home) -> None:
    # 80 + 50 are owed. On 28 February the 50 were contested in full; since 20 March they are not, but 30 of the 80 are.
    assert ledger.query(
        "select as_of_date::varchar, outstanding_amount, disputed_amount from marts.fct_aging "
        "where customer_id = 'A1-C09' and as_of_date >= '2026-02-28' order by 1"
    ) == [
        ("2026-02-28", Decimal("130.00"), Decimal("50.00")),
        ("2026-03-31", Decimal("130.00"), Decimal("30.00")),
    ]


def test_the_moment_of_keying_never_changes_a_business_date(buckets_of: Buckets) -> None:
    # Dated 10 March, keyed on 20 April.
    assert buckets_of("C10") == {"not_due": Decimal("70.00")}


def test_aging_ties_to_the_general_ledger_where_there_is_one(ledger: Home) -> None:
    tie_outs = "select left_amount, right_amount, status_code from marts.fct_tie_outs where as_of_date = '2026-03-31' and "
    assert ledger.query(f"{tie_outs} tie_out_code = 'aging_to_general_ledger' and tie_out_key = 'T1/CNY'") == [
        (Decimal("10000.00"), Decimal("10000.00"), "agrees")
    ]
    (unknown,) = ledger.query(f"{tie_outs} tie_out_code = 'aging_to_general_ledger' and tie_out_key = 'A1/CNY'")
    assert unknown[1:] == (None, "not_evaluable")
