"""SEMANTICS 7, promises and dunning runs. Companies D1 and Q1 of the worked ledger."""

from decimal import Decimal

from tests.conftest import Home


def dunned(ledger: Home, document: str) -> dict[str, tuple]:
    """Days overdue, level asked for, level given and why none, by date."""
    rows = ledger.query(
        "select as_of_date::varchar, days_overdue, asked_level, dunning_level, block_reason "
        f"from marts.fct_dunning where company_code = 'D1' and document_no = '{document}'"
    )
    return {day: tuple(values) for day, *values in rows}


def test_a_level_comes_on_the_day_on_which_the_ladder_asks_for_it(ledger: Home) -> None:
    # Due 1 March: 30 days on the 31st, level 3. Due 31 December: 31 days, 59 days and, on 31 March, 90: legal.
    assert dunned(ledger, "D01-I") == {"2026-03-31": (30, 3, 3, None)}
    assert dunned(ledger, "D02-I") == {
        "2026-01-31": (31, 3, 3, None), "2026-02-28": (59, 3, 3, None), "2026-03-31": (90, 5, 5, None),
    }  # fmt: skip


def test_what_is_entered_late_gets_its_reminders_first(ledger: Home) -> None:
    # Due 1 December, entered on 30 March: the runs of the 30th and the 31st gave two levels of the five asked for.
    assert dunned(ledger, "D04-I") == {"2026-03-31": (120, 5, 2, None)}


def test_whoever_owes_nothing_on_balance_is_not_dunned_and_not_worked_on(ledger: Home) -> None:
    # 100 overdue beside 500 received and not applied.
    assert dunned(ledger, "D03-I") == {"2026-02-28": (27, 2, None, "in_credit"), "2026-03-31": (58, 3, None, "in_credit")}
    assert ledger.query("select count(*) from marts.fct_collection_worklist where customer_id = 'D1-D03'") == [(0,)]


def test_runs_while_in_credit_do_not_count(ledger: Home) -> None:
    # In credit with 400 until another 1,000 are billed on 30 March: two runs since, level 2 of the three asked for.
    assert dunned(ledger, "D05-I1") == {"2026-02-28": (28, 2, None, "in_credit"), "2026-03-31": (59, 3, 2, None)}


def test_a_promise_moves_its_amount_and_the_rest_keeps_its_day(ledger: Home) -> None:
    # Where everyone pays on the day: instalments of 100 due 20 March, 20 April and 20 May; 120 are promised for 10 April, in week
    # 2 (8 to 14 April): all of the first and 20 of the second. Its other 80 stay in week 3 (15 to 21 April), the third in week 8
    # (20 May is 50 days ahead).
    assert ledger.query(
        "select week_number, open_base_amount, item_count from marts.fct_cash_forecast where company_code = 'Q1' "
        "and as_of_date = '2026-03-31' and scenario_code = 'optimistic' and open_base_amount <> 0 order by week_number"
    ) == [(2, Decimal("120.00"), 2), (3, Decimal("80.00"), 1), (8, Decimal("100.00"), 1)]


def test_a_customer_that_never_paid_is_not_taken_to_pay_on_the_day(ledger: Home) -> None:
    # Of Q01's 300 the 120 promised have their day, all in week 2. Nothing tells how late it pays the other 180: each part of them
    # is as late as all customers are, and so is all that is expected of them.
    assert ledger.query(
        "select sum(assumed_lateness_base_amount) = sum(expected_base_amount) filter (week_number is distinct from 2), "
        "sum(assumed_lateness_base_amount) > 0, count(*) filter ((assumed_lateness_base_amount > 0) <> (note is not null)) "
        "from marts.fct_cash_forecast where company_code = 'Q1' and as_of_date = '2026-03-31' and scenario_code = 'expected'"
    ) == [(True, True, 0)]
    assert ledger.query(
        "select distinct note from marts.fct_cash_forecast where company_code = 'Q1' and assumed_lateness_base_amount > 0"
    ) == [("customers whose own lateness is not known are taken to pay as late as all",)]


def test_what_should_have_come_is_spread_and_comes_to_all_that_is_owed(ledger: Home) -> None:
    # D1 owes 500 that should have come by now, in five debts, and 1,000 due 29 April, in week 5. The 500 have no day: some of
    # them come in week 1 and some later, and all periods come to 1,500.00, down to the cent.
    assert ledger.query(
        "select sum(open_base_amount), sum(item_count), "
        "sum(open_base_amount) filter (week_number = 1) between 1 and 499, sum(open_base_amount) filter (week_number = 5) > 1000 "
        "from marts.fct_cash_forecast where company_code = 'D1' and as_of_date = '2026-03-31' and scenario_code = 'optimistic'"
    ) == [(Decimal("1500.00"), 1, True, True)]
