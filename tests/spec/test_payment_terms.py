"""SEMANTICS 1: terms of payment give instalments and due dates, by what the term said on the document's date. Company Z1."""

from decimal import Decimal

import pytest

from tests.conftest import Home


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        # 60 days until the end of 2025: 31 December and 60 days are 1 March, 30 days ago on 31 March.
        ("Z-OLD", [(1, "100.00", "2026-03-01", 30)]),
        # 30 days from 2026 on: 31 January and 30 days are 2 March.
        ("Z-NET", [(1, "200.00", "2026-03-02", 29)]),
        # 15 November: its month ends on the 30th; 31 days of December, 31 of January and 28 of February are 90.
        ("Z-M90", [(1, "400.00", "2026-02-28", 31)]),
        # 15 January: the month after next is March, its 10th 21 days ago.
        ("Z-T10", [(1, "800.00", "2026-03-10", 21)]),
        # 30, 30 and 40 percent of 100.01 on the day and one and two months later; 50 paid on 5 February: 30.00 and 20.00.
        ("Z-SPLIT", [(2, "10.01", "2026-02-28", 31), (3, "40.00", "2026-03-31", 0)]),
        # A date that the sender says is the date.
        ("Z-DATED", [(1, "1600.00", "2026-03-31", 0)]),
        # A term that nobody delivered leaves it due on its own date.
        ("Z-X", [(1, "3200.00", "2026-02-28", 31)]),
    ],
)
def test_a_debt_falls_due_by_its_term(ledger: Home, document: str, expected: list[tuple[int, str, str, int]]) -> None:
    assert (
        ledger.query(
            "select instalment_no, outstanding_amount::varchar, due_date::varchar, days_past_due from marts.fct_open_items "
            f"where company_code = 'Z1' and document_no = '{document}' and as_of_date = '2026-03-31' order by 1"
        )
        == expected
    )


def test_before_a_payment_all_parts_are_open(ledger: Home) -> None:
    # On 31 January the first 30.00 fall due that day; 30.003 and 60.006 are rounded as they add up.
    assert ledger.query(
        "select instalment_no, outstanding_amount::varchar, days_past_due from marts.fct_open_items "
        "where document_no = 'Z-SPLIT' and as_of_date = '2026-01-31' order by 1"
    ) == [(1, "30.00", 0), (2, "30.01", -28), (3, "40.00", -59)]


def test_a_discount_may_be_taken_for_as_long_as_the_term_says(ledger: Home) -> None:
    # 2 percent of 200 until 10 days after 31 January; no other term gives any, nor does one whose date the sender overrides.
    assert ledger.query(
        "select document_no, discount_until_date::varchar, discount_amount from marts.fct_open_items "
        "where company_code = 'Z1' and as_of_date = '2026-03-31' and discount_amount is not null"
    ) == [("Z-NET", "2026-02-10", Decimal("4.00"))]


def test_who_pays_by_a_term_pays_in_time_or_late_by_it(ledger: Home) -> None:
    # 30.00 due on 31 January came on 5 February, 5 days late; 20.00 due on 28 February 23 days early: (150 - 460) / 50 = -6.2.
    ((days,),) = ledger.query(
        "select weighted_days_late from marts.fct_payment_behaviour where customer_id = 'Z1-Z' and as_of_date = '2026-03-31'"
    )
    assert days == Decimal("-6.2")


def test_a_due_date_is_traced_to_the_document_and_its_term(ledger: Home) -> None:
    traced = ledger.run("trace", "fct_open_items", "company_code=Z1", "document_no=Z-SPLIT", "instalment_no=2").stdout
    assert "payment_terms.csv line 7" in traced and "documents_terms.csv line 6" in traced and "yes, to the cent" in traced


def test_a_term_that_nobody_delivered_is_told(ledger: Home) -> None:
    ((warnings,),) = ledger.query("select warnings from marts.dim_publication")
    assert (
        "documents_fall_due (erp.documents): name a term of payment that is not known and count as due on their own" in warnings
    )
    assert "CNY 3,200.00 at stake: 1 row: company_code=Z1, document_no=Z-X, problem=term NOBODYS was not delivered" in warnings
    assert "(documents_terms.csv line 9)" in warnings
