"""The demo as a newcomer meets it: one command, true figures, nothing loaded twice, nothing half published."""

import json
import re
import signal
import subprocess
import time
from collections import defaultdict
from datetime import date
from decimal import Decimal

import duckdb

from orchestration.audit.reference_engine import bucket_of
from tests.conftest import RECEIVABLES, ROOT, Home
from tests.engines.conftest import policies
from tests.reference import credit_exposure

SECONDS_INTO_THE_BUILD = 8
SECONDS_BETWEEN_READS = 0.5
MARTS = {
    "dim_aging_buckets", "dim_aging_policies", "dim_columns", "dim_customer_records", "dim_customers", "dim_customers_history",
    "dim_data_sources", "dim_fx_rates", "dim_policies", "dim_policy_rows", "dim_publication", "dim_reporting_dates", "fct_aging",
    "fct_aging_migration", "fct_aging_views", "fct_aging_wide", "fct_alert_evaluations", "fct_alert_evidence",
    "fct_alert_history", "fct_alert_quality", "fct_alerts", "fct_bad_debts", "fct_balance_periods", "fct_cash_forecast",
    "fct_claim_periods",
    "fct_collection_effectiveness", "fct_collection_worklist", "fct_concentration", "fct_credit_exposure",
    "fct_credit_headroom", "fct_customer_360", "fct_customer_match_review", "fct_dunning", "fct_financing_pool",
    "fct_grade_migration", "fct_grade_performance", "fct_group_exposure", "fct_key_figures", "fct_limitation_periods",
    "fct_open_items", "fct_payment_behaviour", "fct_postings", "fct_provision", "fct_provision_backtest", "fct_provision_rates",
    "fct_quarantined_rows", "fct_receivables_rollforward", "fct_record_lines", "fct_risk_challengers", "fct_risk_factors",
    "fct_risk_grades", "fct_sales_performance", "fct_scorecard_performance", "fct_settlements", "fct_source_lines",
    "fct_tie_out_differences", "fct_tie_outs", "fct_turnover",
}  # fmt: skip


def test_the_summary_names_loads_quarantine_verdict_and_headlines(demo_home: Home) -> None:
    for words in (
        "rows delivered",
        "quarantined",
        "Gate       passed",
        "Outstanding CNY",
        "DSO 1000",
        "Grades",
        "Alerts",
        "Try next",
    ):
        assert words in demo_home.output


def test_the_readme_shows_what_the_demo_prints(demo_home: Home) -> None:
    """Line by line and in this order; `...` stands for what is left out, and the home has another place here."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8").split("It ends like this:", 1)[1].split("```")[1]
    printed = demo_home.output.replace(str(demo_home.environment["RECEIVABLES_HOME"]), "warehouse").splitlines()
    lines = iter(printed)
    for shown in readme.strip("\n").splitlines():
        told = re.escape(shown).replace(re.escape("..."), ".*")
        assert shown == "..." or any(re.fullmatch(told, line) for line in lines), f"not printed, or not in this order: {shown}"


def test_a_part_of_a_name_that_many_customers_have_lists_them_a_line_each(demo_home: Home) -> None:
    done = demo_home.run("explain", "徐州")
    first, *listed, more, fix = done.stderr.splitlines()
    assert done.returncode == 2 and "customers:" in first and fix == "  To fix: name one of them by its id"
    assert len(listed) == 10 and all(line.count("徐州") == 1 for line in listed) and more.startswith("  and ")


def test_published_holds_tables_only_each_described(demo_home: Home) -> None:
    tables = demo_home.query("select table_name, comment from duckdb_tables() where schema_name = 'marts'")
    assert {name for name, _ in tables} == MARTS
    assert all(comment for _, comment in tables)
    assert demo_home.query("select count(*) from duckdb_views() where not internal") == [(0,)]
    undescribed = demo_home.query(
        "select table_name, column_name from duckdb_columns() where schema_name = 'marts' and comment is null"
    )
    assert undescribed == []


def test_the_demo_has_the_size_it_promises(demo_home: Home) -> None:
    ((documents,),) = demo_home.query("select known_row_count from marts.dim_data_sources where table_name = 'erp.documents'")
    assert 18_000 < documents < 22_000
    assert demo_home.query("select count(distinct company_code) from marts.fct_aging") == [(3,)]
    assert demo_home.query("select count(*) from marts.dim_reporting_dates") == [(25,)]
    ((customers,),) = demo_home.query("select count(*) from marts.dim_customers")
    assert 380 < customers < 440


def test_every_tie_out_agrees_on_every_reporting_date(demo_home: Home) -> None:
    assert demo_home.query("select distinct status_code from marts.fct_tie_outs") == [("agrees",)]
    compared = dict(demo_home.query("select tie_out_code, count(distinct as_of_date) from marts.fct_tie_outs group by 1"))
    assert compared == {
        "rows_landed": 1, "buckets_to_documents": 25, "open_items_to_aging": 25, "rollforward_to_aging": 25,
        "migration_to_aging": 25, "migration_to_opening": 25, "aging_to_general_ledger": 25,
    }  # fmt: skip


def test_what_departments_see_reconciles_with_the_open_items(demo_home: Home) -> None:
    """Each mart's own sum against what fct_open_items says of the same customers and dates; a revaluation is no debt."""
    owed = "outstanding_amount > 0 and as_of_date = '2026-10-31'"
    overdue = "outstanding_amount > 0 and due_date < as_of_date"
    # Who owes a company nothing on balance is not worked on.
    owing = (
        "(company_code, customer_id) in (select (company_code, customer_id) from marts.fct_open_items "
        "where as_of_date = '2026-10-31' group by company_code, customer_id having sum(outstanding_base_amount) > 0)"
    )
    for mart, figure, items in (
        ("fct_financing_pool", "sum(outstanding_base_amount)", owed),
        ("fct_cash_forecast", "sum(open_base_amount) filter (scenario_code = 'expected')", "outstanding_amount > 0"),
        ("fct_collection_worklist", "sum(overdue_base_amount)", f"{overdue} and as_of_date = '2026-10-31' and {owing}"),
        ("fct_customer_360", "sum(overdue_base_amount)", overdue),
        ("fct_sales_performance", "sum(overdue_base_amount)", overdue),
        ("fct_sales_performance", "sum(receivable_base_amount)", "outstanding_amount > 0"),
        ("fct_limitation_periods", "sum(outstanding_amount)", overdue),
        ("fct_dunning", "sum(outstanding_amount)", overdue),
    ):
        column = "outstanding_amount" if figure == "sum(outstanding_amount)" else "outstanding_base_amount"
        found = demo_home.query(f"select {figure} from marts.{mart}")
        debts = f"marts.fct_open_items where document_type <> 'fx_revaluation' and {items}"
        assert found == demo_home.query(f"select sum({column}) from {debts}") != [(None,)], mart
    # What was left out of the debts are the revaluations, all in the column of exchange differences, and none is worked on.
    revaluations = (
        "select count(*) > 0, bool_and(bucket_code = 'fx_difference' and days_past_due is null), "
        "bool_and((bucket_code = 'fx_difference') = (document_type = 'fx_revaluation')) from marts.fct_open_items "
        "where document_type = 'fx_revaluation' or bucket_code = 'fx_difference'"
    )
    assert demo_home.query(revaluations) == [(True, True, True)]
    assert demo_home.query(
        "select count(*) from marts.fct_open_items as items semi join (select company_code, document_no from marts.fct_dunning "
        "union all select company_code, document_no from marts.fct_financing_pool union all "
        "select company_code, document_no from marts.fct_limitation_periods) as worked using (company_code, document_no) "
        "where items.document_type = 'fx_revaluation'"
    ) == [(0,)]
    late = "select sum(paid_late_base_amount) from marts.fct_collection_effectiveness group by level"
    assert len(demo_home.query(late)) == 3 and len(set(demo_home.query(late))) == 1


def test_every_customer_of_the_ledger_is_graded_and_every_move_has_its_reason(demo_home: Home) -> None:
    assert demo_home.query(
        "select count(*) from (select distinct as_of_date, customer_id from marts.fct_open_items) as owing "
        "anti join marts.fct_risk_grades using (as_of_date, customer_id)"
    ) == [(0,)]
    assert demo_home.query(
        "select count(*) from marts.fct_risk_grades where (previous_grade_code <> grade_code) <> (move_reason is not null)"
    ) == [(0,)]


def test_the_score_predicts_and_stands_beside_the_trivial_rule(demo_home: Home) -> None:
    found = {
        row[0]: row[1:]
        for row in demo_home.query(
            "select scorecard_code, auc, auc_low, auc_high, status_code from marts.fct_scorecard_performance "
            "where cohort_code = 'year' and horizon_days = 180 and outcome_code = 'default' "
            "qualify as_of_date = max(as_of_date) over ()"
        )
    }
    assert set(found) == {"champion", "payment_first", "days_overdue"}
    auc, low, high, status = found["champion"]
    assert auc > Decimal("0.75") and low < auc < high and high > Decimal("0.80") and status == "holds"


def test_planted_source_errors_are_quarantined_and_counted(demo_home: Home) -> None:
    counts = dict(demo_home.query("select table_name, quarantined_row_count from marts.dim_data_sources"))
    assert counts["erp.orders"] > 0 and counts["crm.collection_activities"] > 0
    assert counts["erp.documents"] == 0
    assert demo_home.query(
        "select count(*) from marts.dim_data_sources where delivered_row_count <> loaded_row_count + quarantined_row_count"
    ) == [(0,)]
    assert demo_home.query("select has_warnings from marts.dim_publication") == [(True,)]
    by_table = dict(
        demo_home.query("select table_name, count(*) from marts.fct_quarantined_rows where not is_row_loaded group by 1")
    )
    assert by_table == {table: count for table, count in counts.items() if count}
    ((mended,),) = demo_home.query("select count(*) from marts.fct_quarantined_rows where status_code = 'mended'")
    assert mended > 0, "some orders came once more as they should have been"
    assert f"Quarantined {sum(by_table.values()) - mended} rows of " in demo_home.output
    assert "Left out    values of " in demo_home.output and "crm.collection_activities cost_amount" in demo_home.output
    listed = demo_home.run("quarantine", "--table", "erp.orders", "--format", "csv").stdout.splitlines()
    assert len(listed) == by_table["erp.orders"] - mended + 1 and all(line.startswith("open,erp.orders,") for line in listed[1:])


def test_the_manifest_says_what_it_came_from(demo_home: Home) -> None:
    ((text,),) = demo_home.query("select manifest from marts.dim_publication")
    manifest = json.loads(text)
    assert manifest["as_of_date"] == "2026-10-31"
    assert len(manifest["inputs"]) == 29 and all(len(one["file_sha256"]) == 64 for one in manifest["inputs"])
    assert manifest["policy_versions"]["aging"] == "aging-1"
    ((outstanding,),) = demo_home.query(
        "select sum(outstanding_amount) from marts.fct_aging where as_of_date = '2026-10-31' and currency_code = 'CNY'"
    )
    totals = [Decimal(t["outstanding_amount"]) for t in manifest["control_totals"] if t["currency"] == "CNY"]
    assert sum(totals) == outstanding
    for mart in MARTS - {"dim_publication"}:
        assert duckdb.sql(f"select count(*) from '{demo_home.path}/published/parquet/{mart}.parquet'").fetchone() == (
            manifest["marts"][mart]["rows"],
        )


def test_an_earlier_date_a_kill_and_a_switch_under_the_eyes_of_bi(demo_home: Home) -> None:
    """As of the end of 2025 in the demo's history and by a refresh of that date: the same aging. Then the demo again, killed once
    loading is done and dbt builds, which ends with it: published stays what it was. Then the demo in peace: nothing is
    loaded, the hash is the first one, and readers all through it see the old set or the new one, whole.
    Once more: nothing changed."""
    aging_2025 = (
        "select company_code, customer_id, currency_code, bucket_code, outstanding_amount from marts.fct_aging "
        "where as_of_date = '2025-12-31' order by all"
    )
    question = "select max(as_of_date), count(*), sum(outstanding_amount) from marts.fct_aging"
    first_hash, from_history, new = demo_home.content_hash(), demo_home.query(aging_2025), demo_home.query(question)
    done = demo_home.run("refresh", "--as-of", "2025-12-31")
    assert done.returncode == 0, done.stdout + done.stderr
    old, old_hash = demo_home.query(question), demo_home.content_hash()
    assert demo_home.query(aging_2025) == from_history == aged_from_extracts(demo_home, date(2025, 12, 31))

    with started_demo(demo_home) as killed:
        while "building and testing the models" not in killed.stdout.readline():
            assert killed.poll() is None
        time.sleep(SECONDS_INTO_THE_BUILD)
        killed.send_signal(signal.SIGKILL)
    assert demo_home.content_hash() == old_hash

    seen = []
    with duckdb.connect(str(demo_home.serving_database), read_only=True) as holder, started_demo(demo_home) as refresh:
        while refresh.poll() is None:
            assert holder.cursor().execute(question).fetchall() == old
            seen.append(demo_home.query(question))
            time.sleep(SECONDS_BETWEEN_READS)
        output = refresh.stdout.read()
    assert refresh.returncode == 0, output
    assert len(seen) > 50 and all(answer in (old, new) for answer in seen)
    assert len(re.findall(r" 0 loaded      0 quarantined   \d files known before", output)) == 23
    assert demo_home.content_hash() == first_hash
    with started_demo(demo_home) as again:
        assert "Nothing changed since the last refresh" in again.stdout.read()
    assert again.returncode == 0 and demo_home.content_hash() == first_hash


def aged_from_extracts(home: Home, as_of: date) -> list[tuple[str, str, str, str, Decimal]]:
    """The aging of a date as SEMANTICS 2 and 3 have it of the extracts, for the customers that are published."""
    records = "select company_code, source_record, customer_id from marts.dim_customer_records where source_system = 'erp'"
    customers = {(company, code): customer for company, code, customer in home.query(records)}
    policy = policies()["aging-1"]
    books = credit_exposure.read_books(home.path / "extracts", policy)
    found: dict[tuple[str, str, str, str], Decimal] = defaultdict(Decimal)
    for item in credit_exposure.open_items(books, as_of, policy.instalment_allocation):
        bucket = "unapplied" if item.amount < 0 else bucket_of((as_of - item.due_date).days, policy)
        if item.document_type == "fx_revaluation":
            bucket = "fx_difference"
        found[item.company, customers[item.account], item.currency, bucket] += item.amount
    return sorted((*key, amount) for key, amount in found.items())


def started_demo(home: Home) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [RECEIVABLES, "demo"], env=home.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def test_every_alert_names_what_it_rests_on_with_its_line(demo_home: Home) -> None:
    """On the day on which it was raised; what is read from a file names the load and the line."""
    ((alerts, with_evidence),) = demo_home.query(
        "select count(*), count(case when exists (select 1 from marts.fct_alert_evidence as evidence "
        "where evidence.alert_id = alerts.alert_id and evidence.as_of_date = alerts.raised_on "
        "and evidence.evidence_type <> 'measure') then 1 end) from marts.fct_alert_history as alerts"
    )
    assert alerts == with_evidence > 100
    assert (
        demo_home.query(
            "select evidence_type from marts.fct_alert_evidence where load_id is null "
            "and evidence_type in ('open_item', 'order', 'bureau_event') union all "
            "select evidence_type from marts.fct_alert_evidence where load_id is not null and line_number < 1"
        )
        == []
    )
