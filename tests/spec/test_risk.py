"""SEMANTICS 7: a grade that explains itself, factor by factor, from what was known on the day.

C11 owes one invoice of 1,000, posted on 10 January 2026 and due on 9 February: on 31 March it is 50 days past due. A customer of
two months stands on the scorecard for new customers. Known are the overdue share (100 %, 10 points, weight 5) and the longest
overdue (50 days, 30 points, weight 5); everything else is missing and gives its weight away:
score = (10 x 5 + 30 x 5) / 10 = 20.

K01 has been a customer for two years and paid on the day. Known are, weight x points: current ratio 1.5 8 x 90, debt to
assets 55 % 8 x 85, gross margin 20 % 2 x 85, net margin 5 % 6 x 70, receivables turnover 5 6 x 75, cash flow to profit 0.9
10 x 85, two years of cooperation 10 x 65, no change in control 10 x 100, outlook 60 20 x 80, nothing overdue 3 x 100 and
4 x 100, paid on the day 2 x 100; orders (6), promises (1) and the market position (4: no four others of its industry are known)
are missing: score = 7,440 / 89 = 83.5955.
"""

from decimal import Decimal

from tests.conftest import Home

K01 = "91310000K10000001Q"
OF_C11 = "where customer_id = 'A1-C11' and as_of_date = '2026-03-31'"


def test_the_score_is_the_weighted_points_of_the_factors_that_are_there(ledger: Home) -> None:
    assert ledger.query(
        f"select score, grade_code, light_code, override_rule, missing_weight_pct from marts.fct_risk_grades {OF_C11}"
    ) == [(Decimal("20.0000"), "D", "red", None, Decimal("90.0000"))]


def test_each_factor_shows_what_it_adds_and_the_parts_sum_to_the_score(ledger: Home) -> None:
    factors = {
        row[0]: row[1:]
        for row in ledger.query(f"select factor_code, points, weight_pct, contribution from marts.fct_risk_factors {OF_C11}")
    }
    # Each has half of the weight that is left: 10 x 50 / 100 and 30 x 50 / 100.
    assert factors["overdue_share"] == (Decimal("10.0000"), Decimal("50.0000"), Decimal("5.0000"))
    assert factors["longest_overdue"] == (Decimal("30.0000"), Decimal("50.0000"), Decimal("15.0000"))


def factors_of_k01(ledger: Home, columns: str) -> dict[str, tuple]:
    rows = ledger.query(
        f"select factor_code, {columns} from marts.fct_risk_factors where customer_id = '{K01}' and as_of_date = '2026-03-31'"
    )
    return {row[0]: row[1:] for row in rows}


def test_the_heaviest_factor_takes_what_rounding_left(ledger: Home) -> None:
    assert ledger.query(
        f"select score, grade_code, scorecard_code, missing_weight_pct from marts.fct_risk_grades "
        f"where customer_id = '{K01}' and as_of_date = '2026-03-31'"
    ) == [(Decimal("83.5955"), "B", "existing_customer", Decimal("11.0000"))]
    factors = factors_of_k01(ledger, "points, contribution")
    assert factors["current_ratio"] == (Decimal("90.0000"), Decimal("8.0899"))  # 720 / 89
    assert factors["net_margin"] == (Decimal("70.0000"), Decimal("4.7191"))  # 420 / 89
    assert sum(contribution for _, contribution in factors.values()) == Decimal("83.5955")


def test_a_statement_published_in_april_does_not_inform_march(ledger: Home) -> None:
    # The statement of 2025, with a loss, was published on 10 April; on 31 March that of 2024 is the latest, line 2 of its file.
    factors = factors_of_k01(ledger, "measured_value, band_from_value, band_to_value, source_table, source_line_number")
    assert factors["net_margin"] == (
        Decimal("5.000000"),
        Decimal("3.000000"),
        Decimal("6.000000"),
        "bureau.financial_statements",
        2,
    )


def test_a_dishonest_debtor_is_d_whatever_the_score_says_and_only_from_when_it_was_published(ledger: Home) -> None:
    rows = ledger.query(
        "select as_of_date::varchar, grade_code, light_code, override_rule, previous_grade_code, move_reason "
        "from marts.fct_risk_grades where customer_id = '91310000K100000068' order by as_of_date"
    )
    # New in February without input but for its spotless record: A. Listed on 10 March, published on the 15th.
    assert rows == [
        ("2026-02-28", "A", "green", None, None, None),
        ("2026-03-31", "D", "red", "dishonest_debtor_listing", "A", "override:dishonest_debtor_listing"),
    ]


def test_reasons_name_the_factors_that_cost_most(ledger: Home) -> None:
    # Points lost of K01: weight x (100 - points) / 89: outlook 20 x 20 = 400, cooperation 10 x 35 = 350, net margin 6 x 30 = 180,
    # cash flow and turnover 10 x 15 = 6 x 25 = 150, debt 8 x 15 = 120, current ratio 8 x 10 = 80.
    ((reasons,),) = ledger.query(
        f"select reason_codes from marts.fct_risk_grades where customer_id = '{K01}' and as_of_date = '2026-03-31'"
    )
    assert reasons.startswith("industry_outlook, years_of_cooperation, net_margin, ")


def test_terms_and_limit_follow_the_grade_and_the_sales(ledger: Home) -> None:
    # Grade B: 60 days; three months of average sales of the last year: (10,000 + 1,000) / 12 x 3 = 2,750. The one payment came on
    # the day: a point for each payment, which earns two weeks more.
    assert ledger.query(
        "select recommended_terms_days, recommended_limit_amount, needs_security, approver_role, credit_status "
        f"from marts.fct_risk_grades where customer_id = '{K01}' and as_of_date = '2026-03-31'"
    ) == [(75, Decimal("2750.00"), False, "credit_officer", "standard")]


def test_a_challenger_runs_beside_the_champion(ledger: Home) -> None:
    assert ledger.query(
        "select scorecard_code, champion_scorecard_code, champion_score from marts.fct_risk_challengers "
        f"where customer_id = '{K01}' and as_of_date = '2026-03-31'"
    ) == [("payment_first", "existing_customer", Decimal("83.5955"))]


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
    assert "crm.collection_activities" in missing and "crm.disputes" not in missing
    assert "count as unexplained" in missing["crm.collection_activities"]
