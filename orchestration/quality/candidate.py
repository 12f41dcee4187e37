"""Checks of a candidate: a suite for each mart, and the tie-outs that the marts carry."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import duckdb

from orchestration.project.marts import Mart
from orchestration.quality.evidence import CheckOutcome
from orchestration.quality.examples import SAMPLE_SIZE, printable, rows_found
from orchestration.quality.policies import POLICIES_UNCHANGED, check_policies
from orchestration.settings import Settings

SUITE = "candidate_suite"
SCORECARDS = "scorecard_performance"
DATED_LATER = "documents_dated_later"
UNREACHED = "records_reach_ledger"
MISFITS = "rows_fit_ledger"
TERMS = "documents_fall_due"
TIE_OUTS = (
    "rows_landed",
    "buckets_to_documents",
    "open_items_to_aging",
    "rollforward_to_aging",
    "migration_to_aging",
    "migration_to_opening",
    "aging_to_general_ledger",
)
TIE_OUT_KEY = ("as_of_date", "company_code", "customer_id", "currency_code")
CUSTOMERS_THAT_DIFFER = (
    f"select {', '.join(TIE_OUT_KEY)}, left_amount, right_amount from intermediate.int_quality__balances_compared "
    "where tie_out_code = '{code}' and left_amount <> right_amount"
)
LOADS_THAT_DIFFER = (
    "select load_id, table_name, delivered_row_count, loaded_row_count, quarantined_row_count from raw.loads "
    "where delivered_row_count <> loaded_row_count + quarantined_row_count"
)
# Checks that never stop a run by themselves; whether they block publication, policy says.
FLAGGED = (DATED_LATER, UNREACHED, MISFITS, TERMS)
# Checks of a candidate besides the suites, by code, with what each is made on.
CANDIDATE_CHECKS = {
    **{f"tie_out_{code}": "fct_tie_outs" for code in TIE_OUTS},
    SCORECARDS: "fct_scorecard_performance",
    POLICIES_UNCHANGED: "policy",
    DATED_LATER: "erp.documents",
    UNREACHED: "records",
    MISFITS: "applications and instalments",
    TERMS: "erp.documents",
}


def check_candidate(settings: Settings, marts: Iterable[Mart], as_of_date: date) -> list[CheckOutcome]:
    """Every check of a candidate: a suite for each mart, and CANDIDATE_CHECKS."""
    database = settings.working_database
    suites = check_marts(database, marts, as_of_date)
    return [
        *suites, *check_tie_outs(database), check_scorecards(database), check_policies(settings), check_later(database),
        check_unreached(database), check_misfits(database), check_terms(database),
    ]  # fmt: skip


def check_marts(database: Path, marts: Iterable[Mart], as_of_date: date) -> list[CheckOutcome]:
    """One outcome a mart: its contract's columns, grain and dates, and what is particular to it."""
    # Imported where suites are run: Great Expectations costs every command that asks the gate seconds to start.
    from orchestration.quality.expectations import suite_runner
    from orchestration.quality.suites import mart_suite

    with suite_runner(database) as runner:
        return [
            runner.run(SUITE, mart.name, f"select * from marts.{mart.name}", mart_suite(mart, as_of_date), mart.grain)
            for mart in marts
        ]


def check_tie_outs(database: Path) -> list[CheckOutcome]:
    """One outcome a tie-out, over every reporting date kept, with the rows that differ."""
    with duckdb.connect(str(database)) as con:
        return [_tie_out(con, code) for code in TIE_OUTS]


def check_scorecards(database: Path) -> CheckOutcome:
    """Whether the champion scorecard still tells good customers from bad over the last year, and its grades stand in order."""
    with duckdb.connect(str(database)) as con:
        rows = con.execute(
            "select horizon_days, status_code, round(auc, 3), round(auc_low, 3), round(auc_high, 3), bad_customer_count, note "
            "from marts.fct_scorecard_performance "
            "where cohort_code = 'year' and outcome_code = 'default' and scorecard_code = 'champion' "
            "qualify row_number() over (partition by horizon_days order by as_of_date desc) = 1 order by horizon_days"
        ).fetchall()
    told = [
        f"{horizon} days: {status.replace('_', ' ')} ({note or f'AUC {auc}, {low} to {high}, {bads} gone bad'})"
        for horizon, status, auc, low, high, bads, note in rows
    ]
    failed = [status for _, status, *_ in rows if status in ("collapsed", "inverted")]
    summary = "; ".join(told) or "not evaluable (no horizon has passed, or policy names no outcome default)"
    if failed:
        summary += "; give the scorecard a new policy version (docs/change_policy.md) or look for an error in what it measures"
    return CheckOutcome(
        SCORECARDS, CANDIDATE_CHECKS[SCORECARDS], not failed, summary, {"rows": [[str(value) for value in row] for row in rows]}
    )


def check_later(database: Path) -> CheckOutcome:
    """Documents dated after the as-of date, which no figure holds: a sign of wrong dates, unless the date is an earlier one."""
    later = (
        "select company_code, document_no, document_date, accounting_date, currency_code, amount, load_id, line_number "
        "from staging.stg_erp__documents where accounting_date > (select as_of_date from staging.stg_ingestion__refresh)"
    )
    with duckdb.connect(str(database)) as con:
        (allowed,) = con.execute(
            """select max_by(rules.allowed_count, versions.effective_from)
            from policy.policy_landing as rules inner join policy.policy_versions as versions using (policy_version)
            where rules.rule_code = ? and versions.effective_from <= (select as_of_date from staging.stg_ingestion__refresh)""",
            [DATED_LATER],
        ).fetchone() or (None,)
        (count,) = con.execute(f"select count(*) from ({later})").fetchone() or (0,)
        amounts = con.execute(f"select currency_code, sum(abs(amount)) from ({later}) group by all order by all").fetchall()
        told = ", ".join(f"{currency} {amount:,.2f}" for currency, amount in amounts)
        summary = f"{told} are dated after the as-of date and in no figure: {rows_found(con, later)}" if count else "none"
    return CheckOutcome(DATED_LATER, CANDIDATE_CHECKS[DATED_LATER], allowed is None or count <= allowed, summary, {"rows": count})


def check_unreached(database: Path) -> CheckOutcome:
    """Records about a document or customer that nobody delivered: nothing is made of them, which must not go unsaid."""
    unreached = "select * from intermediate.int_quality__records_unreached"
    with duckdb.connect(str(database)) as con:
        (count,) = con.execute(f"select count(*) from ({unreached})").fetchone() or (0,)
        told = "name a document or customer that was not delivered, and count for nothing"
        summary = f"{told}: {rows_found(con, unreached, ('table_name', 'record_id'))}" if count else "none"
    return CheckOutcome(UNREACHED, CANDIDATE_CHECKS[UNREACHED], not count, summary, {"rows": count})


def check_misfits(database: Path) -> CheckOutcome:
    """Applications and instalments that do not fit their documents: set aside as rows, so that all else is published."""
    misfits = (
        "select table_name, company_code, record_id, problem, currency_code, amount, load_id, line_number "
        "from intermediate.int_quality__rows_set_aside"
    )
    return _at_stake(database, MISFITS, "do not fit their documents and were set aside", misfits)


def check_terms(database: Path) -> CheckOutcome:
    """Documents that fall due by a term that nobody delivered: they count, as due on their own date."""
    undated = (
        "select company_code, document_no, problem, currency_code, amount, load_id, line_number "
        "from intermediate.int_ledger__terms_applied where problem is not null"
    )
    return _at_stake(database, TERMS, "name a term of payment that is not known and count as due on their own date", undated)


def _at_stake(database: Path, check: str, told: str, query: str) -> CheckOutcome:
    """An outcome that fails where a query gives rows, with their amounts by currency and the first of them."""
    with duckdb.connect(str(database)) as con:
        amounts = con.execute(
            f"select coalesce(currency_code, 'no currency'), sum(abs(amount)) from ({query}) group by all order by all"
        ).fetchall()
        at_stake = ", ".join(f"{currency} {amount:,.2f}" for currency, amount in amounts)
        summary = f"{told}, {at_stake} at stake: {rows_found(con, query)}" if amounts else "none"
    return CheckOutcome(check, CANDIDATE_CHECKS[check], not amounts, summary)


def _tie_out(con: duckdb.DuckDBPyConnection, code: str) -> CheckOutcome:
    counts = dict(
        con.execute("select status_code, count(*) from marts.fct_tie_outs where tie_out_code = ? group by 1", [code]).fetchall()
    )
    differing = con.execute(
        "select as_of_date, tie_out_key, left_amount, right_amount, difference_amount, differing_count from marts.fct_tie_outs "
        f"where tie_out_code = ? and status_code = 'differs' order by as_of_date desc, tie_out_key limit {SAMPLE_SIZE}",
        [code],
    ).fetchall()
    told = ", ".join(f"{count} {status.replace('_', ' ')}" for status, count in sorted(counts.items())) or "nothing to compare"
    where = "; ".join(f"{day} {printable(key)}: {left} against {right}" for day, key, left, right, *_ in differing)
    behind = _behind(con, code) if differing else ""
    return CheckOutcome(
        f"tie_out_{code}", "fct_tie_outs", not differing, f"{told}{': ' + where if where else ''}{behind}",
        {"counts": counts, "differing": [[str(value) for value in row] for row in differing]},
    )  # fmt: skip


def _behind(con: duckdb.DuckDBPyConnection, code: str) -> str:
    """The customers or the files behind a difference, where the tie-out compares them."""
    query = LOADS_THAT_DIFFER if code == "rows_landed" else CUSTOMERS_THAT_DIFFER.format(code=code)
    found = rows_found(con, query, TIE_OUT_KEY)
    return "" if found == "0 rows" else f"; of these {found}"
