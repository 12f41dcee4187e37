"""SEMANTICS 6: exposure = receivables + delivered not billed + open orders - advances - secured part (company K1).

K02 owes 2,000 and 500, has paid 300 in advance, and a bank guarantees 400 of the 2,000. Of its order of 3,000, 1,200 are
delivered and of those 500 billed: 700 are delivered and not billed, 3,000 - 1,200 = 1,800 are open. Another order of 1,000 is for
December, beyond the horizon of 90 days. Exposure: 2,500 + 700 + 1,800 - 300 - 400 = 4,300.
"""

from decimal import Decimal

import pytest

from tests.conftest import Home

K02 = "91310000K10000002U"


def test_an_amount_stands_in_one_place_only(ledger: Home) -> None:
    assert ledger.query(
        "select receivable_base_amount, not_billed_base_amount, open_order_base_amount, advance_base_amount, "
        "secured_base_amount, exposure_base_amount from marts.fct_credit_exposure "
        f"where customer_id = '{K02}' and as_of_date = '2026-03-31'"
    ) == [tuple(map(Decimal, ("2500.00", "700.00", "1800.00", "300.00", "400.00", "4300.00")))]


def test_before_delivery_all_of_the_order_is_open(ledger: Home) -> None:
    # On 28 February the order does not exist yet: 2,000 - 400.
    assert ledger.query(
        "select open_order_base_amount, exposure_base_amount from marts.fct_credit_exposure "
        f"where customer_id = '{K02}' and as_of_date = '2026-02-28'"
    ) == [(Decimal("0.00"), Decimal("1600.00"))]


def test_the_limit_is_the_last_one_approved_by_then_and_not_todays(ledger: Home) -> None:
    # 5,000 approved on 15 January; 9,000 only on 2 April; the ERP's master says 9,999.
    assert ledger.query(
        f"select credit_limit_amount, limit_source, headroom_amount from marts.fct_credit_exposure "
        f"where customer_id = '{K02}' and as_of_date = '2026-03-31'"
    ) == [(Decimal("5000.00"), "credit_application", Decimal("700.00"))]


@pytest.mark.parametrize(
    ("customer", "is_over_limit", "note"),
    [
        ("91310000K10000003Y", False, None),  # 1,000 against 1,000: equality passes
        ("91310000K100000042", None, "no limit is set"),  # none set is not a limit of 0
        ("91310000K100000055", True, None),  # 1 against a limit of 0: no credit
    ],
)
def test_over_the_limit_means_strictly_more(ledger: Home, customer: str, is_over_limit: bool | None, note: str | None) -> None:
    assert ledger.query(
        "select is_over_limit, note from marts.fct_credit_exposure "
        f"where customer_id = '{customer}' and as_of_date = '2026-03-31'"
    ) == [(is_over_limit, note)]


def test_shipments_are_blocked_by_rule(ledger: Home) -> None:
    rules = dict(ledger.query("select customer_id, block_rules from marts.fct_credit_exposure where as_of_date = '2026-03-31'"))
    assert rules["91310000K100000055"] == "over_limit"
    assert rules["91310000K100000068"] == "no_credit"  # a listed dishonest debtor is D
    assert rules["A1-C11"] == "no_credit, overdue"  # D, and 50 days overdue
    assert rules[K02] is None


def test_a_group_is_one_risk(ledger: Home) -> None:
    # 4,300 of K02 and 1,000 of K03 against 5,000 + 1,000.
    assert ledger.query(
        "select customer_count, exposure_base_amount, credit_limit_amount, headroom_amount, is_over_limit "
        "from marts.fct_group_exposure where group_id = 'P1' and as_of_date = '2026-03-31'"
    ) == [(2, Decimal("5300.00"), Decimal("6000.00"), Decimal("700.00"), False)]


def test_headroom_shrinks_in_the_week_of_the_delivery(ledger: Home) -> None:
    # The open 1,800 are wanted on 15 April, 15 days ahead: in week 3. Before: 5,000 - 2,500 = 2,500; from then on 700.
    weeks = dict(ledger.query(f"select week_number, headroom_amount from marts.fct_credit_headroom where customer_id = '{K02}'"))
    assert [weeks[number] for number in (0, 2, 3, 12)] == list(map(Decimal, ("2500.00", "2500.00", "700.00", "700.00")))
    assert max(weeks) == 13  # the week in which the 90th day falls


def test_the_360_view_says_what_the_marts_behind_it_say(ledger: Home) -> None:
    assert ledger.query(
        "select count(*) from marts.fct_customer_360 as wide "
        "full join marts.fct_credit_exposure as exposure using (as_of_date, customer_id) "
        "full join marts.fct_risk_grades as grades using (as_of_date, customer_id) "
        "where wide.exposure_base_amount is distinct from exposure.exposure_base_amount "
        "or wide.score is distinct from grades.score or wide.grade_code is distinct from grades.grade_code"
    ) == [(0,)]
    # Outstanding adds up to the aging of the same day.
    assert ledger.query(
        "select (select sum(outstanding_base_amount) from marts.fct_customer_360 where as_of_date = '2026-03-31') "
        "- (select sum(outstanding_base_amount) from marts.fct_aging where as_of_date = '2026-03-31')"
    ) == [(Decimal("0.00"),)]
