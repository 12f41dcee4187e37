"""The demo looks like a trade that a credit manager would recognise, and shows something in every column that is published."""

import duckdb

from tests.conftest import Home

TODAY = "as_of_date = '2026-10-31'"
# Columns that hold one value on any ledger of one refresh, or that nobody's files can fill.
CONSTANT_BY_NATURE = {
    "as_of_date": "marts of the as-of date alone hold one date; the others are asked for more below",
    "policy_version": "the policy ships one version of each area",
    "effective_from": "the shipped versions are in force from the beginning",
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
    "dim_data_sources.is_delivered": "the demo's sender delivers every table",
    "dim_data_sources.not_computed": "so nothing is left out",
    "fct_provision_rates.window_months": "one version of policy",
    "fct_provision_rates.loss_given_default_pct": "one version of policy",
    "fct_sales_performance.red_line_pct": "one version of policy",
    "fct_risk_factors.missing_rule": "the shipped scorecards treat every missing input alike",
    "fct_risk_challengers.scorecard_code": "the shipped policy has one challenger",
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
