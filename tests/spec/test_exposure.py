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


EXPOSURE = (
    "select receivable_base_amount, not_billed_base_amount, open_order_base_amount, advance_base_amount, exposure_base_amount "
    "from marts.fct_credit_exposure where as_of_date = '{day}' and customer_id = '{customer}'"
)


@pytest.mark.parametrize(
    ("customer", "day", "parts"),
    [
        # 500 of 1,000 delivered and billed, cancelled and billed again: 500 owed, 500 on order.
        ("E1-E01", "2026-03-31", ("500.00", "0.00", "500.00", "0.00", "1000.00")),
        ("E1-E01", "2026-02-28", ("0.00", "0.00", "1000.00", "0.00", "1000.00")),
        # A credit note that names the invoice and not the order settles it: the 1,000 are delivered and not billed.
        ("E1-E02", "2026-03-31", ("0.00", "1000.00", "0.00", "0.00", "1000.00")),
        # The same, and the sender closed the order with it: a return, nothing follows.
        ("E1-E03", "2026-03-31", ("0.00", "0.00", "0.00", "0.00", "0.00")),
        # 2,100 CNY at 7.00 are 300 of the 600 USD delivered: 300 x 7.00 not billed, (1,000 - 600) x 7.00 open.
        ("E1-E04", "2026-03-31", ("2100.00", "2100.00", "2800.00", "0.00", "7000.00")),
        # Wanted on 15 June 2025 and delivered on 10 April 2026: on 31 March nobody had delivered it for more than 180 days.
        ("E1-E07", "2025-11-30", ("0.00", "0.00", "100.00", "0.00", "100.00")),
        ("E1-E07", "2026-03-31", ("0.00", "0.00", "0.00", "0.00", "0.00")),
        # A company that has billed nothing, and a customer that stands in no master.
        ("E2-E21", "2026-03-31", ("0.00", "0.00", "700.00", "0.00", "700.00")),
        ("E2-E29", "2026-03-31", ("0.00", "0.00", "90.00", "0.00", "90.00")),
    ],
)
def test_what_is_billed_of_an_order_is_its_invoices_less_what_undoes_them(
    ledger: Home, customer: str, day: str, parts: tuple[str, ...]
) -> None:
    assert ledger.query(EXPOSURE.format(day=day, customer=customer)) == [tuple(map(Decimal, parts))]


def test_a_customer_that_only_ordered_is_graded_and_over_its_limit_like_any_other(ledger: Home) -> None:
    # 800 on order against 500.
    assert ledger.query(
        "select outstanding_base_amount, exposure_base_amount, headroom_amount, is_over_limit, grade_code is not null "
        "from marts.fct_customer_360 where customer_id = 'E1-E06' and as_of_date = '2026-03-31'"
    ) == [(Decimal("0.00"), Decimal("800.00"), Decimal("-300.00"), True, True)]
    assert ledger.query(
        "select measured_value from marts.fct_alerts "
        "where subject_code = 'E1-E06' and rule_code = 'limit_exceeded' and as_of_date = '2026-03-31'"
    ) == [(Decimal("300.00"),)]


@pytest.mark.parametrize(
    ("customer", "note"),
    [
        ("91310000K100000042", "no limit is set"),
        ("E1-E05", "an exchange rate is missing"),  # of what it ordered
        ("E1-E08", "an exchange rate is missing"),  # of what it owes
    ],
)
def test_what_is_not_known_neither_passes_nor_fails(ledger: Home, customer: str, note: str) -> None:
    assert ledger.query(
        "select is_over_limit, headroom_amount, is_shipment_blocked, block_rules, not_evaluable_block_rules, note "
        f"from marts.fct_credit_exposure where customer_id = '{customer}' and as_of_date = '2026-03-31'"
    ) == [(None, None, None, None, "over_limit", note)]
    assert ledger.query(
        "select status_code, measured_value from marts.fct_alert_evaluations "
        f"where subject_code = '{customer}' and rule_code = 'limit_exceeded'"
    ) == [("not_evaluable", None)]


def test_of_a_debt_without_a_rate_nobody_knows_what_part_is_overdue(ledger: Home) -> None:
    # It is 28 days overdue, which needs no rate.
    factors = dict(
        ledger.query(
            "select factor_code, measured_value from marts.fct_risk_factors "
            "where customer_id = 'E1-E08' and as_of_date = '2026-03-31'"
        )
    )
    assert factors["overdue_share"] is None and factors["longest_overdue"] == 28
