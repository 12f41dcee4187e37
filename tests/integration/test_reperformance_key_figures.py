"""Figures of the monthly meeting re-performed: bad debts, salespersons and key figures of the demo, on every reporting date.

SEMANTICS 1 'Payment', 2 and 5. Sums are taken from the raw extracts; what was open on a date and which alerts stood are taken from
`fct_open_items` and `fct_alerts`, which are re-performed on their own, and days of turnover and punctuality from `fct_turnover`.
"""

import calendar
from collections import Counter, defaultdict
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.conftest import Home
from tests.integration.test_reperformance_payments import customer_ids, rows
from tests.integration.test_reperformance_turnover import month_end
from tests.reference.demo_extracts import Posting, amount, csv_rows, day, known_day, ledgers, postings, xlsx_rows
from tests.reference.payments import Book, rounded
from tests.reference.turnover import SALES, micro

Figures = list[object]


@pytest.fixture(scope="module")
def posted(demo_home: Home) -> list[Posting]:
    """All documents of the demo."""
    return postings(demo_home.path / "extracts", customer_ids(demo_home))


def dates(home: Home) -> dict[date, date]:
    """Reporting dates, each with the end of the month before."""
    return dict(home.query("select as_of_date, opening_date from marts.dim_reporting_dates order by 1"))


def a_year_before(day: date) -> date:
    """The month's end twelve months before a month's end."""
    return date(day.year - 1, day.month, calendar.monthrange(day.year - 1, day.month)[1])


def percent(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """A part in percent; None where there is nothing, or less, to take it of (SEMANTICS 5)."""
    return rounded(100 * Fraction(part) / Fraction(whole)) if whole > 0 else None


def test_bad_debts(demo_home: Home, posted: list[Posting]) -> None:
    """Write-offs less recoveries of the twelve months to the date in percent of their sales; equipment taken back and sold."""
    customers = customer_ids(demo_home)
    repossessed = list(csv_rows(demo_home.path / "extracts", "erp/repossessed_assets.csv"))
    mine: dict[tuple[object, ...], Figures] = {}
    for as_of in dates(demo_home):
        start = a_year_before(as_of)
        sums: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for one in posted:
            if start < one.accounting_date <= as_of and one.document_type in (*SALES, "write_off", "recovery"):
                kind = "sales" if one.document_type in SALES else one.document_type
                sums[one.company, one.customer][kind] += one.base_amount
        for row in repossessed:
            found = sums[row["公司代码"], customers[row["公司代码"], row["客户编号"]]]
            if start < known_day(row["收回日期"]) <= as_of:
                found["pieces"] += 1
                found["appraised"] += amount(row["评估金额"])
            sold_on = day(row["处置日期"])
            if sold_on and start < sold_on <= as_of:
                found["proceeds"] += amount(row["处置收入"])
        for key, found in sums.items():
            if found:
                lost = -found["write_off"] - found["recovery"]
                mine[as_of, *key] = [
                    -found["write_off"], found["recovery"], lost, found["sales"], percent(lost, found["sales"]),
                    found["pieces"], found["appraised"], found["proceeds"],
                ]  # fmt: skip
    published = {
        tuple(key): figures
        for *key, figures in (
            (*row[:3], list(row[3:]))
            for row in demo_home.query(
                """select as_of_date, company_code, customer_id, written_off_base_amount, recovered_base_amount,
                    bad_debt_base_amount, sales_base_amount, bad_debt_ratio_pct, repossessed_count, repossessed_base_amount,
                    proceeds_base_amount
                from marts.fct_bad_debts"""
            )
        )
    }
    assert mine == published
