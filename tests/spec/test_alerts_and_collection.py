"""BUSINESS_RULES: what alerts and collectors do about C11, who owes 1,000 since 9 February 2026."""

from decimal import Decimal

import pytest

from tests.conftest import WORKED_LEDGER, Home

C11 = "A1-C11"


def test_a_response_after_its_time_is_counted_in_hours_and_escalated(ledger: Home) -> None:
    # Raised on 28 February, due within 24 hours; the first response came on 1 March at six: 30 hours.
    assert ledger.query(
        "select response_due_at::varchar, response_code, response_hours_taken, escalated_on::varchar, snoozed_until::varchar, "
        "snooze_reason, cleared_on from marts.fct_alert_history where alert_id = 'overdue_unexplained:A1-C11:2026-02-28'"
    ) == [("2026-03-01 00:00:00", "collect", Decimal("30.000000"), "2026-03-01", "2026-04-15", "Payment plan agreed", None)]


def test_a_response_shows_only_from_its_day_and_a_snooze_while_it_lasts(ledger: Home) -> None:
    assert ledger.query(
        "select as_of_date::varchar, response_code, is_snoozed from marts.fct_alerts "
        "where alert_id = 'overdue_unexplained:A1-C11:2026-02-28' order by as_of_date"
    ) == [("2026-02-28", None, False), ("2026-03-31", "collect", True)]


def test_an_alert_names_the_documents_behind_it_by_file_and_line(ledger: Home) -> None:
    # 28 February: 19 days overdue, raised. C11's only debt, 1,000 of invoice I11, stands in documents.csv.
    ((document, due, amount, detail, line),) = ledger.query(
        "select document_no, evidence_date::varchar, evidence_amount, detail, line_number from marts.fct_alert_evidence "
        "where alert_id = 'overdue_unexplained:A1-C11:2026-02-28' and as_of_date = '2026-03-31' and evidence_type = 'open_item'"
    )
    assert (due, amount, detail) == ("2026-02-09", Decimal(1000), "50 days overdue")
    text = (WORKED_LEDGER / "documents.csv").read_text(encoding="utf-8").splitlines()[line - 1]
    assert document in text and "C11" in text


def test_every_rule_for_customers_is_raised_clear_or_not_evaluable_for_each(ledger: Home) -> None:
    status = dict(ledger.query(f"select rule_code, status_code from marts.fct_alert_evaluations where subject_code = '{C11}'"))
    assert status["overdue_unexplained"] == "raised"
    assert status["long_overdue"] == "clear"  # 50 days; a D customer alarms at 60
    assert status["equity_pledged"] == "not_evaluable"  # the bureau does not cover C11
    assert len(status) == 15
    counts = ledger.query(
        "select count(*) from marts.fct_alert_evaluations where subject_type = 'customer' union all "
        "select 15 * count(*) from marts.fct_risk_grades where as_of_date = '2026-03-31'"
    )
    assert counts[0] == counts[1]


def test_a_group_is_one_subject_and_stands_within_the_sum_of_its_limits(ledger: Home) -> None:
    # K05 may owe nothing and is exposed with 1, K06 with 50 of 500: K05 alone exceeds its limit; the two, who own each other,
    # do not with 51 of 500. Nor do K02 and K03, both Wang Jianguo's, with 4,300 + 1,000 of 10,999. Who is alone is no group.
    assert ledger.query(
        "select subject_code, status_code, measured_value from marts.fct_alert_evaluations "
        "where rule_code = 'group_limit_exceeded' order by subject_code"
    ) == [("91310000K100000055", "clear", Decimal(0)), ("P1", "clear", Decimal(0))]
    assert ledger.query(
        "select status_code, measured_value from marts.fct_alert_evaluations "
        "where rule_code = 'limit_exceeded' and subject_code = '91310000K100000055'"
    ) == [("raised", Decimal(1))]


def test_a_salesperson_over_the_red_line_raises_an_alert_that_names_who_owes(ledger: Home) -> None:
    # Where nobody is named as salesperson, unassigned answers: overdue in percent of what is owed, less the line of 15 %.
    ((excess, overdue),) = ledger.query(
        "select 100 * sum(outstanding_base_amount) filter (due_date < as_of_date) / sum(outstanding_base_amount) - 15, "
        "sum(outstanding_base_amount) filter (due_date < as_of_date) "
        "from marts.fct_open_items where as_of_date = '2026-03-31' and outstanding_amount > 0 and salesperson_code = 'unassigned'"
        " and document_type <> 'fx_revaluation'"
    )
    ((alert_id, level, measured),) = ledger.query(
        "select alert_id, level_code, measured_value from marts.fct_alerts "
        "where subject_type = 'salesperson' and subject_code = 'unassigned' and as_of_date = '2026-03-31'"
    )
    assert level == "yellow" and float(measured) == pytest.approx(excess, abs=1e-6) and measured > 0
    assert ledger.query(
        "select sum(evidence_amount), count(*) from marts.fct_alert_evidence "
        f"where alert_id = '{alert_id}' and as_of_date = '2026-03-31' and evidence_type = 'debtor'"
    ) == ledger.query(
        f"select {overdue}::decimal(18, 2), count(distinct customer_id) from marts.fct_open_items "
        "where as_of_date = '2026-03-31' and outstanding_amount > 0 and due_date < as_of_date and salesperson_code = 'unassigned'"
        " and document_type <> 'fx_revaluation'"
    )


def test_limitation_runs_from_the_due_day_and_again_from_a_sealed_statement(ledger: Home) -> None:
    # 28 February: three years from 9 February 2026. 31 March: sealed on the 15th, three years from then; what is sealed in April
    # is not known yet. From 31 March 2026 to 15 March 2029: 1,096 - 16 days.
    assert ledger.query(
        "select as_of_date::varchar, runs_from::varchar, barred_on::varchar, days_left from marts.fct_limitation_periods "
        f"where customer_id = '{C11}' order by as_of_date"
    ) == [("2026-02-28", "2026-02-09", "2029-02-09", 1077), ("2026-03-31", "2026-03-15", "2029-03-15", 1080)]


def test_dunning_is_at_the_level_that_the_ladder_asks_for(ledger: Home) -> None:
    # Runs are every day: 19 days on 28 February ask for level 2, 50 days on 31 March for level 3.
    assert ledger.query(
        "select as_of_date::varchar, days_overdue, asked_level, dunning_level from marts.fct_dunning "
        f"where customer_id = '{C11}' order by as_of_date"
    ) == [("2026-02-28", 19, 2, 2), ("2026-03-31", 50, 3, 3)]


def test_the_worklist_says_what_to_do_next_and_why_it_is_urgent(ledger: Home) -> None:
    # 50 days: formal letter. Nobody was ever in touch, so today. Priority: 50 x 0.5 = 25; 1,000 / 20,000 = 0.05; and its class.
    ((stage, channel, owner, next_action, age, amount, total_is_sum),) = ledger.query(
        "select stage_code, channel, owner_role, next_action_on::varchar, age_points, amount_points, "
        "priority_points = age_points + class_points + amount_points "
        f"from marts.fct_collection_worklist where customer_id = '{C11}'"
    )
    assert (stage, channel, owner, next_action) == ("formal", "letter", "collector", "2026-03-31")
    assert (age, amount, total_is_sum) == (Decimal("25.0000"), Decimal("0.0500"), True)


def test_the_worklist_adds_up_to_what_is_overdue_of_who_owes_something_on_balance(ledger: Home) -> None:
    assert ledger.query("select sum(overdue_base_amount) from marts.fct_collection_worklist") == ledger.query(
        "select sum(outstanding_base_amount) filter (outstanding_amount > 0 and due_date < as_of_date) from ("
        "select *, sum(outstanding_base_amount) over (partition by company_code, customer_id) as balance "
        "from marts.fct_open_items where as_of_date = '2026-03-31' and document_type <> 'fx_revaluation') where balance > 0"
    )


def test_a_habit_is_the_first_that_the_payments_meet(ledger: Home) -> None:
    # T02 paid 500 nineteen days late and 500 three days early: 8 days on average, spread sqrt(2 x 11 x 11) = 15.56: late.
    assert ledger.query(
        "select habit_code, payment_count, early_count, late_count, average_days_late, round(days_late_spread, 2) "
        "from marts.fct_payment_behaviour where customer_id = 'T1-T02' and as_of_date = '2026-03-31'"
    ) == [("late", 2, 1, 1, Decimal("8.000000"), Decimal("15.56"))]
    # One payment has no spread: that is unknown, not nothing.
    assert ledger.query(
        "select count(*) > 0, count(days_late_spread) from marts.fct_payment_behaviour where payment_count = 1"
    ) == [(True, 0)]


def test_key_figures_stand_beside_their_target(ledger: Home) -> None:
    # Of the alerts whose time ended in March none was answered within it.
    ((value, due, answered),) = ledger.query(
        "select figure_value, "
        "(select count(*) from marts.fct_alert_history where response_due_at::date between '2026-03-01' and '2026-03-31'), "
        "(select count(*) from marts.fct_alert_history where response_due_at::date between '2026-03-01' and '2026-03-31' "
        "and responded_at <= response_due_at) "
        "from marts.fct_key_figures where figure_code = 'alert_response_pct' and as_of_date = '2026-03-31'"
    )
    assert due > 0 and answered == 0 and value == 0
    assert ledger.query(
        "select target_value, status_code from marts.fct_key_figures "
        "where figure_code = 'alert_response_pct' and as_of_date = '2026-03-31'"
    ) == [(Decimal("100.000000"), "missed")]
