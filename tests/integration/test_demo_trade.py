"""The demo looks like a trade that a credit manager would recognise, and shows something in every column that is published."""

import duckdb

from tests.conftest import Home

TODAY = "as_of_date = '2026-10-31'"
# Columns that hold one value on any ledger of one refresh, or that nobody's files can fill.
CONSTANT_BY_NATURE = {
    "as_of_date": "marts of the as-of date alone hold one date",
    "policy_version": "the policy ships one version of each area",
    "author": "one person wrote the shipped policy",
    "approver": "one person approved it, and decisions on quarantined lines are those of a checkout about the files of one home",
    "base_currency_code": "the three companies keep their books in CNY",
    "difference_amount": "what ties out differs by nothing",
    "differing_count": "what ties out differs by nothing",
    "fct_tie_outs.status_code": "what does not agree is not published",
    "dim_reporting_dates.is_month_end": "the demo's as-of date is a month-end",
    "fct_aging.unapplied_view": "the shipped policy shows unapplied credit in a column of its own",
    "fct_aging.is_in_total": "as does the shipped policy, so everything is in the total",
    "dim_aging_policies.aging_basis": "all shipped versions age from the due date",
    "dim_aging_policies.bad_debt_after_days": "all shipped versions agree",
    "dim_aging_policies.history_months": "all shipped versions agree",
    "fct_provision_rates.window_months": "one version of policy",
    "fct_provision_rates.loss_given_default_pct": "one version of policy",
    "fct_sales_performance.red_line_pct": "one version of policy",
    "fct_risk_challengers.scorecard_code": "the shipped policy has one challenger",
    "fct_risk_grades.note": "who owes nothing is known to owe nothing, so everybody of the demo has a score",
    "fct_concentration.note": "every currency of the demo has a rate",
    "fct_collection_worklist.note": "as above",
    "dim_customer_records.customer_id_by_rule": "a person's answers are those of a checkout about the records of one home",
    "fct_receivables_rollforward.transferred_amount": "customers of the demo pay for themselves, in their invoices' currency",
    "fct_receivables_rollforward.transferred_base_amount": "as above",
    "fct_open_items.discount_until_date": "the demo's invoices say when they fall due, so no term gives a discount",
    "fct_open_items.discount_amount": "as above",
    "fct_quarantined_rows.set_aside_by": "every application and instalment of the demo fits its document",
    "fct_quarantined_rows.corrected_values": "decisions on quarantined lines are those of a checkout about the files of one home",
    "fct_quarantined_rows.decided_by": "as above",
    "fct_quarantined_rows.decided_on": "as above",
    "fct_quarantined_rows.decision_reason": "as above",
}


def test_every_published_column_shows_something(demo_home: Home) -> None:
    """More than one value, where nothing counts as one. Marts of at most one row are left out: the publication, what differs."""
    with duckdb.connect(str(demo_home.serving_database), read_only=True) as con:
        tables = con.execute("select table_name from duckdb_tables() where schema_name = 'marts' and estimated_size > 1")
        silent = {f"{table}.{column}" for (table,) in tables.fetchall() for column in silent_columns(con, table)}
    told = {name for name in silent if name not in CONSTANT_BY_NATURE and name.split(".")[1] not in CONSTANT_BY_NATURE}
    assert told == set()
    needless = {name for name in CONSTANT_BY_NATURE if not any(one == name or one.endswith(f".{name}") for one in silent)}
    assert needless == set(), "these show something after all"


def silent_columns(con: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    columns = [name for name, *_ in con.execute(f"describe marts.{table}").fetchall()]
    values = ", ".join(
        f'(min("{name}") is not distinct from max("{name}") and count("{name}") in (0, count(*)))' for name in columns
    )
    are_silent = con.execute(f"select {values} from marts.{table}").fetchone()
    return [name for name, is_silent in zip(columns, are_silent, strict=True) if is_silent]


def test_each_company_collects_as_its_trade_does(demo_home: Home) -> None:
    """Count-back days: a maker's terms are 30 to 90 days and some machines are paid in 18 months; parts are paid in the terms and
    some days; of leases of two and three years half the term is owed, so a lessor's 400 days are no worse than a maker's 90."""
    for company, lowest, highest in (("1000", 60, 160), ("2000", 300, 600), ("3000", 45, 110)):
        found = demo_home.query(
            "select dso_countback, closing_base_amount from marts.fct_turnover "
            f"where level = 'company' and level_key = '{company}' and as_of_date >= '2026-05-31'"
        )
        assert all(lowest < days < highest and balance > 1_000_000 for days, balance in found), (company, found)
    benchmarks = dict(
        demo_home.query(f"select level_key, benchmark_code from marts.fct_turnover where level = 'company' and {TODAY}")
    )
    assert benchmarks == {"1000": "manufacturing", "2000": "leasing", "3000": "wholesale_retail"}


def test_some_is_overdue_and_most_is_not(demo_home: Home) -> None:
    """Makers of machines live with a tenth to a fifth overdue: more would be a trade that nobody finances, none is no trade."""
    shares = demo_home.query(
        "select company_code, 100 * sum(outstanding_base_amount) filter (days_past_due > 0) / sum(outstanding_base_amount) "
        f"from marts.fct_open_items where {TODAY} and outstanding_amount > 0 group by 1"
    )
    assert len(shares) == 3 and all(1 < share < 25 for _, share in shares), shares


def test_better_customers_get_longer_terms_and_go_bad_less(demo_home: Home) -> None:
    """Most customers are good, a few are not; who is graded better was given longer terms, and pays less late."""
    grades = demo_home.query(
        "select grades.grade_code, count(*), avg(grades.terms_days), avg(behaviour.weighted_days_late) "
        "from marts.fct_risk_grades as grades left join marts.fct_payment_behaviour as behaviour using (as_of_date, customer_id) "
        f"where {TODAY} and grades.grade_code <> 'ungraded' group by 1 order by 1"
    )
    assert [grade for grade, *_ in grades] == ["A", "B", "C", "D"]
    customers = sum(count for _, count, *_ in grades)
    a, b, c, d = (count / customers for _, count, *_ in grades)
    assert 0.3 < a < 0.6 and 0.2 < b < 0.5 and 0.08 < c < 0.3 and 0.02 < d < 0.15
    terms = [days for _, _, days, _ in grades]
    assert terms == sorted(terms, reverse=True) and terms[0] < 100
    late = [days for *_, days in grades]
    assert late[0] < late[1] < late[2]


def test_alerts_are_few_and_restrict_few(demo_home: Home) -> None:
    """A credit department can look at a third of its customers, not at three quarters; who is good is hardly ever restricted."""
    rows = demo_home.query(
        "select grade_code, count(*), count(*) filter (alert_count > 0), count(*) filter (credit_status = 'restricted') "
        f"from marts.fct_customer_360 where {TODAY} group by 1 order by 1"
    )
    customers, alerted, restricted = (sum(column) for column in list(zip(*rows, strict=True))[1:])
    assert 0.02 < alerted / customers < 0.35 and 0.02 < restricted / customers < 0.15
    by_grade = {grade: count / all_of_grade for grade, all_of_grade, _, count in rows}
    assert by_grade["A"] < 0.05 < by_grade["D"]


def test_a_rule_that_binds_is_right_in_three_of_ten_cases(demo_home: Home) -> None:
    """By fct_alert_quality over the kept history, of rules of which at least ten alerts can be judged; fewer say nothing."""
    rules = demo_home.query(
        "select rule_code, sum(real_count) / sum(judged_count) from marts.fct_alert_quality "
        "where rule_code in (select rule_code from marts.fct_alert_history where not is_informational) "
        "group by 1 having sum(judged_count) >= 10"
    )
    assert rules and all(share >= 0.3 for _, share in rules), rules


def test_alerts_are_answered_late_and_not_at_all(demo_home: Home) -> None:
    answers = demo_home.query(
        "select response_code, response_hours_taken <= 24, escalated_on is not null, snoozed_until is not null "
        "from marts.fct_alert_history where not is_informational"
    )
    assert {"collect", "freeze_limit", "legal_review", "snooze", None} <= {code for code, *_ in answers}
    for column in (1, 2, 3):
        assert {True, False} <= {answer[column] for answer in answers}
