"""SEMANTICS 5: the turnover family, on two months that fit on a page.

T01 buys 3,000 on 10 February (paid on the 25th), 1,000 on 20 February (due 22 March, unpaid) and 9,000 on 10 March (due
9 April). T02 buys 500 in January and in February and pays both on 28 February.
"""

from decimal import Decimal

import pytest

from tests.conftest import Home


def turnover(ledger: Home, level: str, key: str, as_of_date: str = "2026-03-31") -> dict[str, object]:
    columns = (
        "dso_simple", "dso_average", "dso_countback", "best_possible_dso", "average_days_delinquent",
        "collection_effectiveness_index", "turnover_ratio", "turnover_days", "note",
    )  # fmt: skip
    (row,) = ledger.query(
        f"select {', '.join(columns)} from marts.fct_turnover "
        f"where level = '{level}' and level_key = '{key}' and as_of_date = '{as_of_date}'"
    )
    return dict(zip(columns, row, strict=True))


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        ("dso_simple", "34.444444"),  # 10,000 / 9,000 x 31
        ("dso_average", "18.944444"),  # (1,000 + 10,000) / 2 / 9,000 x 31
        ("dso_countback", "38.000000"),  # 9,000 of March = 31 days; 1,000 of February's 4,000 = 1/4 of 28 days
        ("best_possible_dso", "31.000000"),  # 9,000 not due / 9,000 x 31
        ("average_days_delinquent", "3.444444"),  # 34.444444 - 31
        ("collection_effectiveness_index", "0.000000"),  # 100 x (1,000 + 9,000 - 10,000) / (1,000 + 9,000 - 9,000)
        ("turnover_ratio", "1.636364"),  # 9,000 / 5,500
        ("turnover_days", "18.944444"),  # 31 / 1.636363...
    ],
)
def test_march_of_one_customer(ledger: Home, figure: str, expected: str) -> None:
    assert turnover(ledger, "customer", "T1-T01")[figure] == Decimal(expected)


def test_the_company_adds_up_its_customers(ledger: Home) -> None:
    # February: opening 500 (T02), sales 3,000 + 1,000 + 500, closing 1,000 of 28 days: 1,000 / 4,500 x 28 = 6.222222.
    assert turnover(ledger, "company", "T1", "2026-02-28")["dso_simple"] == Decimal("6.222222")


def test_without_sales_the_figures_are_null_and_the_note_says_so(ledger: Home) -> None:
    march = turnover(ledger, "customer", "A1-C05")
    assert march["dso_simple"] is None and march["turnover_ratio"] is None
    assert "no sales in the period" in str(march["note"])


def test_an_opening_before_the_ledger_is_unknown_and_not_zero(ledger: Home) -> None:
    # The company's first posting is of 1 December 2025, so December has no opening balance.
    december = turnover(ledger, "company", "A1", "2025-12-31")
    assert december["dso_average"] is None
    assert "opening balance unknown" in str(december["note"])


def test_payments_are_weighed_by_amount_and_days_late(ledger: Home) -> None:
    # February: 3,000 three days early, 500 nineteen days late, 500 three days early.
    # (3,000 x -3 + 500 x 19 + 500 x -3) / 4,000 = -0.25; two of three on time; 3,500 of 4,000 on time.
    assert ledger.query(
        "select weighted_days_late, on_time_count_rate_pct, on_time_amount_rate_pct from marts.fct_turnover "
        "where level = 'company' and level_key = 'T1' and as_of_date = '2026-02-28'"
    ) == [(Decimal("-0.250000"), Decimal("66.666667"), Decimal("87.500000"))]


def test_turnover_days_stand_against_the_industrys(ledger: Home) -> None:
    # Manufacturing: 89 days. March of T01: 18.944444 - 89.
    assert ledger.query(
        "select benchmark_code, benchmark_turnover_days, turnover_days_over_benchmark from marts.fct_turnover "
        "where level = 'customer' and level_key = 'T1-T01' and as_of_date = '2026-03-31'"
    ) == [("manufacturing", Decimal("89.00"), Decimal("-70.055556"))]


def test_count_back_passes_over_a_month_of_net_credits(ledger: Home) -> None:
    # N1 owes 500 + 300 - 100 = 700. March's 300 fit (31 days), February's -100 make the 400 that are left 500 (28 days),
    # January's 500 fit exactly (31 days). April's credit note lies ahead.
    assert turnover(ledger, "customer", "T2-N1")["dso_countback"] == Decimal("90.000000")
    # On 28 February 400 are owed: 28 days of net credits, and all 31 of January.
    february = turnover(ledger, "customer", "T2-N1", "2026-02-28")
    assert february["dso_countback"] == Decimal("59.000000")
    assert february["dso_simple"] is None
    assert february["note"] == "credit notes exceed sales in the period; no payments in the period"


def test_days_of_a_balance_in_credit_are_null_and_the_note_says_so(ledger: Home) -> None:
    # N2: -900 at the opening, -800 at the closing.
    march = turnover(ledger, "customer", "T2-N2")
    figures = ("dso_simple", "dso_average", "dso_countback", "turnover_ratio", "turnover_days")
    assert [march[figure] for figure in figures] == [None] * 5
    assert march["note"] == "closing balance in credit; average balance in credit; no payments in the period"


def test_a_balance_of_zero_is_zero_days(ledger: Home) -> None:
    march = turnover(ledger, "customer", "T2-N3")
    assert (march["dso_simple"], march["dso_countback"]) == (Decimal(0), Decimal(0))
    assert march["turnover_days"] is None and march["note"] == "no average balance"
