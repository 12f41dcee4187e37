"""Payments of the demo re-performed from its raw extracts: habits, days late and punctuality, on every reporting date.

SEMANTICS 1 'Payment' and 5; windows of `policy_measures`, habits of `policy_payment_habits`. A payment lies in a window by the
day on which it came to settle its debt.
"""

import csv
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from tests.conftest import ROOT, Home
from tests.reference.demo_extracts import ledgers
from tests.reference.payments import Book, Payment, rounded, spread, weighted_days_late

Figures = tuple[object, ...]
POLICY = ROOT / "dbt_project" / "seeds" / "policy"


@pytest.fixture(scope="module")
def books(demo_home: Home) -> list[Book]:
    """The ledger of each company, from the extracts."""
    return [Book(ledger) for ledger in ledgers(demo_home.path / "extracts").values()]


@pytest.fixture(scope="module")
def payments(demo_home: Home, books: list[Book]) -> dict[date, list[tuple[str, Payment]]]:
    """Payments that stand on each reporting date, each with its customer_id."""
    customers = customer_ids(demo_home)
    return {
        as_of: [(customers[one.company, one.customer], one) for book in books for one in book.payments(as_of)]
        for (as_of,) in demo_home.query("select as_of_date from marts.dim_reporting_dates")
    }


def customer_ids(home: Home) -> dict[tuple[str, str], str]:
    """Which ERP account is which customer: identity is taken as published."""
    sql = "select company_code, source_record, customer_id from marts.dim_customer_records where source_system = 'erp'"
    return {(company, code): customer for company, code, customer in home.query(sql)}


def window(name: str) -> int:
    """A window of the measures' policy in force."""
    return next(int(row["parameter_value"]) for row in rows("policy_measures") if row["parameter_code"] == name)


def rows(table: str) -> list[dict[str, str]]:
    """Rows of a policy table."""
    with Path(POLICY / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def habit(measures: dict[str, Fraction | Decimal]) -> str:
    """The first habit whose measure reaches its threshold; the one without a measure takes what is left."""
    for row in sorted(rows("policy_payment_habits"), key=lambda row: int(row["habit_order"])):
        if not row["measure_code"] or measures[row["measure_code"]] >= Decimal(row["threshold_value"]):
            return row["habit_code"]
    raise AssertionError(measures)


def behaviour(as_of: date, found: list[Payment]) -> Figures:
    """The columns of fct_payment_behaviour but the change; the spread None of one payment."""
    days = [one.days_late for one in found]
    weighted, wide = weighted_days_late(found), spread(days)
    assert weighted is not None, as_of
    return (
        habit({"days_late_spread": wide or Decimal(0), "weighted_days_late": weighted}),
        len(days),
        sum(one < 0 for one in days),
        sum(one == 0 for one in days),
        sum(one > 0 for one in days),
        max(days),
        rounded(Fraction(sum(days), len(days))),
        rounded(weighted),
        wide,
    )


def test_habits_and_days_late(demo_home: Home, payments: dict[date, list[tuple[str, Payment]]]) -> None:
    """SEMANTICS 1 and 5: payments of the window before each date, their days late, spread, change and habit."""
    whole, recent, enough = (
        window(f"{one}") for one in ("payment_window_days", "recent_payment_window_days", "minimum_payment_count")
    )
    mine: dict[tuple[date, str], list[Payment]] = defaultdict(list)
    for as_of, standing in payments.items():
        for customer, one in standing:
            if as_of - timedelta(whole) < one.first_effective <= as_of:
                mine[as_of, customer].append(one)
    published: dict[tuple[date, str], Figures] = {
        (as_of, customer): tuple(figures)
        for as_of, customer, *figures in demo_home.query(
            """select as_of_date, customer_id, habit_code, payment_count, early_count, on_day_count, late_count, latest_days_late,
            average_days_late, weighted_days_late, days_late_spread, days_late_change from marts.fct_payment_behaviour"""
        )
    }
    assert mine.keys() == published.keys()
    assert len(mine) > 8000
    for (as_of, customer), found in mine.items():
        *figures, wide, change = published[as_of, customer]
        expected = behaviour(as_of, found)
        assert tuple(figures) == expected[:-1], (as_of, customer)
        if len(found) > 1:
            assert wide == expected[-1], (as_of, customer)
        start = as_of - timedelta(recent)
        late = [[one for one in found if (one.first_effective > start) is new] for new in (True, False)]
        if min(map(len, late)) < enough:
            assert change is None, (as_of, customer)
        else:
            new, old = map(weighted_days_late, late)
            assert new is not None
            assert old is not None
            assert isinstance(change, Decimal)
            assert change == rounded(new - old), (as_of, customer)


def test_punctuality_of_customers(demo_home: Home, payments: dict[date, list[tuple[str, Payment]]]) -> None:
    """SEMANTICS 5: weighted days late and the on-time rates of what was paid in the period to each date, by customer."""
    opening = dict(demo_home.query("select as_of_date, opening_date from marts.dim_reporting_dates"))
    mine: dict[tuple[date, str], list[Payment]] = defaultdict(list)
    for as_of, standing in payments.items():
        for customer, one in standing:
            if opening[as_of] < one.first_effective <= as_of:
                mine[as_of, customer].append(one)
    compared = 0
    for as_of, customer, *figures in demo_home.query(
        """select as_of_date, level_key, weighted_days_late, on_time_count_rate_pct, on_time_amount_rate_pct
        from marts.fct_turnover where level = 'customer'"""
    ):
        found = mine.pop((as_of, customer), [])
        expected: Figures = (None, None, None)
        if found:
            on_time = [one for one in found if one.days_late <= 0]
            weighted = weighted_days_late(found)
            paid, paid_on_time = (sum((Fraction(one.base_amount) for one in some), Fraction(0)) for some in (found, on_time))
            assert weighted is not None
            expected = (rounded(weighted), rounded(Fraction(100 * len(on_time), len(found))), rounded(100 * paid_on_time / paid))
        assert tuple(figures) == expected, (as_of, customer)
        compared += 1
    assert not mine
    assert compared > 5000
