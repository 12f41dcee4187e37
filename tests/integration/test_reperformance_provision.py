"""Provision of the demo re-performed from its raw extracts: roll rates and loss rates, allowances, what was written off since.

SEMANTICS 8; `policy_provision` and its overlays. What is open on a date is `fct_open_items`, re-performed on its own. The window
reaches back as many months as policy says from every date, whichever of their ends are kept as reporting dates.
"""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.conftest import Home
from tests.integration.test_reperformance_payments import rows
from tests.reference.demo_extracts import ledgers
from tests.reference.payments import Book, rounded
from tests.reference.provision import BUCKETS, Left, cents, loss_rates, observed_dates, parts_left

Rates = dict[tuple[date, str, str], tuple]
OWED = "outstanding_amount > 0 and document_type <> 'fx_revaluation'"


@pytest.fixture(scope="module")
def books(demo_home: Home) -> list[Book]:
    """The ledger of each company, from the extracts."""
    return [Book(ledger) for ledger in ledgers(demo_home.path / "extracts").values()]


@pytest.fixture(scope="module")
def rates(demo_home: Home, books: list[Book]) -> Rates:
    """Of each date, company and bucket: the own and the pooled history, and the rates that follow."""
    (policy,) = rows("policy_provision")
    overlays = {row["bucket_code"]: Decimal(row["overlay_factor"]) for row in rows("policy_provision_overlays")}
    kept = [as_of for (as_of,) in demo_home.query("select as_of_date from marts.dim_reporting_dates order by 1")]
    months = int(policy["window_months"])
    dates = observed_dates(kept, months)
    left = parts_left(books, dates)
    result = {}
    for position, as_of in enumerate(kept):
        window = dates[position + 1 : position + 1 + months]
        pooled, own = defaultdict(Left), {book.company: defaultdict(Left) for book in books}
        for month in window:
            for company, histories in own.items():
                for code in BUCKETS:
                    histories[code].add(left[month, company, code])
                    pooled[code].add(left[month, company, code])
        for company, histories in own.items():
            found = loss_rates(histories, pooled, policy, overlays)
            for code in BUCKETS:
                result[as_of, company, code] = (histories[code], pooled[code], *found[code])
    return result


def test_rates(demo_home: Home, rates: Rates) -> None:
    """SEMANTICS 8: what left each bucket in the window, what of it rolled, and the product down to loss."""
    published = demo_home.query(
        """select as_of_date, company_code, bucket_code, month_count, left_base_amount, rolled_base_amount, left_count,
            pooled_left_base_amount, pooled_rolled_base_amount, pooled_left_count, rate_source_code,
            roll_rate, roll_to_loss_rate, loss_rate
        from marts.fct_provision_rates"""
    )
    assert len(published) == len(rates) > 300
    for as_of, company, code, *figures in published:
        own, pooled, source, *exact = rates[as_of, company, code]
        assert figures[:8] == [
            own.months, own.amount, own.rolled, own.count, pooled.amount, pooled.rolled, pooled.count, source,
        ], (as_of, company, code)  # fmt: skip
        assert [float(one) for one in figures[8:]] == pytest.approx([float(one) for one in exact], rel=1e-12), (
            as_of,
            company,
            code,
        )


def test_allowances(demo_home: Home, rates: Rates) -> None:
    """Balance x rate to the cent, of what is not provided for one by one; items that are, at their own rate, each to the cent."""
    one_by_one = {(row["company_code"], row["document_no"]): Fraction(row["provision_pct"]) / 100 for row in rows(
        "policy_specific_provisions")}  # fmt: skip
    sums: dict[tuple, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 4)
    for *key, document, amount, base in demo_home.query(
        f"""select as_of_date, company_code, customer_id, currency_code, bucket_code, document_no, outstanding_amount,
            outstanding_base_amount
        from marts.fct_open_items where {OWED}"""
    ):
        rate = one_by_one.get((key[1], document))
        own = (Decimal(0), Decimal(0)) if rate is None else (base, cents(Fraction(base) * rate))
        sums[tuple(key)] = [one + more for one, more in zip(sums[tuple(key)], (amount, base, *own), strict=True)]
    mine = {}
    for key, (amount, base, specific, allowed) in sums.items():
        collective = cents(Fraction(base - specific) * rates[key[0], key[1], key[4]][-1])
        mine[key] = (amount, base, specific, collective, allowed, collective + allowed)
    published = {
        row[:5]: row[5:]
        for row in demo_home.query(
            """select as_of_date, company_code, customer_id, currency_code, bucket_code, outstanding_amount,
                outstanding_base_amount, specific_outstanding_base_amount, collective_allowance_base_amount,
                specific_allowance_base_amount, allowance_base_amount
            from marts.fct_provision"""
        )
    }
    assert mine == published
    assert len(mine) > 7000


def test_backtest(demo_home: Home, books: list[Book]) -> None:
    """What was written off since of the items open then, against the allowance that `fct_provision` shows for the date."""
    ((last,),) = demo_home.query("select max(as_of_date) from marts.dim_reporting_dates")
    opened = {
        row[:4]: row[4]
        for row in demo_home.query(
            f"""select as_of_date, company_code, document_no, instalment_no, outstanding_amount
            from marts.fct_open_items where {OWED}"""
        )
    }
    lost: dict[tuple[date, str], Decimal] = defaultdict(Decimal)
    dates = {key[0] for key in opened}
    for book in books:
        for document in book.documents.values():
            moved = book.movements(document, last) if document.amount > 0 else []
            moved = [one for one in moved if book.documents[one.credit].document_type == "write_off"]
            for number in {one.instalment for one in moved}:
                for as_of in dates:
                    since = sum((one.amount for one in moved if one.instalment == number and one.effective > as_of), Decimal(0))
                    then = opened.get((as_of, book.company, document.number, number), Decimal(0))
                    lost[as_of, book.company] += cents(min(since, then) * (document.fx_rate or Decimal(1)))
    for as_of, company, months, *figures, written_off, used in demo_home.query(
        """with provided as (
            select as_of_date, company_code, sum(outstanding_base_amount) as owed, sum(allowance_base_amount) as allowed
            from marts.fct_provision group by all
        )
        select b.as_of_date, b.company_code, b.months_since, b.outstanding_base_amount, b.allowance_base_amount, p.owed,
            p.allowed, b.written_off_since_base_amount, b.used_pct
        from marts.fct_provision_backtest as b inner join provided as p using (as_of_date, company_code)"""
    ):
        assert months == (last.year - as_of.year) * 12 + last.month - as_of.month
        assert written_off == lost[as_of, company], (as_of, company)
        assert figures[:2] == figures[2:], (as_of, company)
        assert used == rounded(100 * Fraction(written_off) / Fraction(figures[1])), (as_of, company)
