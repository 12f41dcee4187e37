"""SEMANTICS 7: a grade from an ERP ledger alone, explained factor by factor.

C11 owes one invoice of 1,000, posted on 10 January 2026 and due on 9 February: on 31 March it is 50 days past due. Known are
the years of cooperation (2 months, 40 points, weight 10), the overdue share (100 %, 10 points, weight 4) and the longest overdue
(50 days, 50 points, weight 3). Everything else is missing and gives its weight away:
score = (40 x 10 + 10 x 4 + 50 x 3) / 17 = 590 / 17 = 34.7059.
"""

from decimal import Decimal

from tests.conftest import Home

OF_C11 = "where customer_id = 'A1-C11' and as_of_date = '2026-03-31'"


def test_the_score_is_the_weighted_points_of_the_factors_that_are_there(ledger: Home) -> None:
    assert ledger.query(
        f"select score, grade_code, light_code, override_rule, missing_weight_pct from marts.fct_risk_grades {OF_C11}"
    ) == [(Decimal("34.7059"), "D", "red", None, Decimal("83.0000"))]


def test_each_factor_shows_what_it_adds_and_the_parts_sum_to_the_score(ledger: Home) -> None:
    factors = {
        row[0]: row[1:]
        for row in ledger.query(f"select factor_code, points, weight_pct, contribution from marts.fct_risk_factors {OF_C11}")
    }
    # 100 x 4 / 17 = 23.5294; 10 x 23.5294 / 100 = 2.3529
    assert factors["overdue_share"] == (Decimal("10.0000"), Decimal("23.5294"), Decimal("2.3529"))
    # 100 x 3 / 17 = 17.6471; 50 x 17.6471 / 100 = 8.8235
    assert factors["longest_overdue"] == (Decimal("50.0000"), Decimal("17.6471"), Decimal("8.8235"))
    # The heaviest takes what rounding left: 100 - 23.5294 - 17.6471 and 34.7059 - 2.3529 - 8.8235
    assert factors["years_of_cooperation"] == (Decimal("40.0000"), Decimal("58.8235"), Decimal("23.5295"))


def test_a_missing_factor_is_visible_and_adds_nothing(ledger: Home) -> None:
    assert ledger.query(
        f"select measured_value, points, contribution, is_missing, missing_rule from marts.fct_risk_factors {OF_C11} "
        "and factor_code = 'current_ratio'"
    ) == [(None, None, Decimal("0.0000"), True, "redistribute")]


def test_a_d_customer_alarms_earlier(ledger: Home) -> None:
    # 50 days past due: over the 10 days of a D customer for "unexplained", not at the 60 of "long overdue".
    assert ledger.query(
        "select rule_code, level_code, measured_value, threshold_value from marts.fct_alerts "
        "where subject_code = 'A1-C11' and as_of_date = '2026-03-31' and rule_code in ('overdue_unexplained', 'long_overdue')"
    ) == [("overdue_unexplained", "yellow", Decimal("50.000000"), Decimal("10.000000"))]


def test_an_alert_keeps_its_identity_while_the_condition_lasts(ledger: Home) -> None:
    # Raised on 28 February (19 days past due) and still raised on 31 March: the same alert.
    rows = ledger.query(
        "select distinct alert_id, raised_on::varchar from marts.fct_alerts "
        "where subject_code = 'A1-C11' and rule_code = 'overdue_unexplained'"
    )
    assert rows == [("overdue_unexplained:A1-C11:2026-02-28", "2026-02-28")]


def test_marts_say_what_was_not_delivered_and_what_is_missing_for_it(ledger: Home) -> None:
    missing = dict(ledger.query("select table_name, not_computed from marts.dim_data_sources where not is_delivered"))
    assert "bureau.financial_statements" in missing and "crm.disputes" not in missing
    assert "redistributed" in missing["bureau.financial_statements"]
