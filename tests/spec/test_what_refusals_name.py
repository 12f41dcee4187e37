"""Whatever kind of dbt test fails, the refusal names the rows that failed it, and where they came from."""

import shutil
from pathlib import Path

import duckdb
import pytest

from orchestration.project.marts import grains
from orchestration.quality.dbt_tests import ModelTest, build_failures, run_tests
from tests.conftest import Home

# What is done to the tables that a refresh of the worked ledger built, the test that notices, and what it is told of it.
DAMAGE = (
    (
        "insert into staging.stg_erp__documents from staging.stg_erp__documents where document_no = 'C01-I'",
        "unique_grain of stg_erp__documents",
        "1 row: company_code=A1, document_no=C01-I, row_count=2 (documents.csv line 2)",
    ),
    (
        "delete from staging.stg_erp__orders where line_number = 2",
        "staged_completely of stg_erp__orders",
        "expected_row_count=2, staged_row_count=1 (orders.csv)",
    ),
    (
        "insert into staging.stg_ingestion__loads from staging.stg_ingestion__loads where load_id = 1",
        "unique of stg_ingestion__loads.load_id",
        "2 rows: table_name=",
    ),
    (
        "update policy.policy_matching set link_probability = null",
        "not_null of policy_matching.link_probability (dbt_project/seeds/policy/policy_matching.csv)",
        "policy_version=matching-1, link_probability=nothing",
    ),
    (
        "update intermediate.int_alerts__evaluated set status_code = 'odd' where rule_code = 'overdue_unexplained'",
        "accepted_values of int_alerts__evaluated.status_code",
        "status_code=odd",
    ),
    (
        "update policy.policy_aging set policy_version = 'aging-9'",
        "relationships of policy_aging.policy_version (dbt_project/seeds/policy/policy_aging.csv)",
        "policy_version=aging-9",
    ),
    (
        "update intermediate.int_ledger__instalments_completed set instalment_amount = instalment_amount + 1 "
        "where document_no = 'C01-I'",
        "instalments_sum_to_document of int_ledger__instalments_completed",
        "1 row: company_code=A1, document_no=C01-I, amount=100.00, instalment_total=101.00 (documents.csv line 2)",
    ),
    (
        "delete from intermediate.int_ledger__applications_dated where application_no = 'U-A'",
        "applications_count_or_are_set_aside of int_ledger__applications_dated",
        "1 row: company_code=S1, application_no=U-A, credit_document_no=U-R, debit_document_no=U-I "
        "(applications_transfers.csv line 2)",
    ),
    (
        "update marts.fct_risk_factors set contribution = contribution + 1 where customer_id = '91310000K10000001Q'",
        "factors_sum_to_score of fct_risk_factors",
        "customer_id=91310000K10000001Q, score=",
    ),
    (
        "update marts.fct_turnover set dso_simple = 1 where level = 'company' and level_key = 'A1'",
        "delinquent_days_add_up of fct_turnover",
        "level=company, level_key=A1, dso_simple=1",
    ),
    (
        "delete from policy.policy_aging_buckets where bucket_code = '31-60'",
        "covers_every_value of policy_aging_buckets (dbt_project/seeds/policy/policy_aging_buckets.csv)",
        "from_value=1, to_value=30",
    ),
    (None, "every_period_has_a_bucket of int_aging__items_aged", "company_code=A1, amount_in_periods="),
    (
        "delete from policy.policy_scorecard_bands where factor_code = 'current_ratio'",
        "bands_for_every_factor of policy_scorecard_bands (dbt_project/seeds/policy/policy_scorecard_bands.csv)",
        "factor_code=current_ratio",
    ),
    (
        "update policy.policy_scorecard_factors set weight_pct = weight_pct + 1, measure_code = 'odd' "
        "where factor_code = 'current_ratio'",
        "weights_sum_to_100 of policy_scorecard_factors (dbt_project/seeds/policy/policy_scorecard_factors.csv)",
        "weight_pct=101",
    ),
    (None, "is_measure of policy_scorecard_factors.measure_code", "measure_code=odd"),
    (
        "delete from policy.policy_alert_thresholds where rule_code = 'overdue_unexplained'",
        "thresholds_for_every_grade of policy_alert_thresholds",
        "rule_code=overdue_unexplained",
    ),
    (
        "insert into corrections.customer_match_corrections values "
        "('crm', null, 'A77', 'same', 'K1-K08', 'Li Na', 'Li Na', date '2026-03-31', 'seen')",
        "corrections_match_records of customer_match_corrections",
        "source_record=A77, decision=same, customer_id=K1-K08, problem=no source delivered the record",
    ),
    (
        "update policy.policy_versions set approver = author where policy_version = 'matching-1'",
        "policy_is_approved_by_another",
        "policy_area=matching, policy_version=matching-1",
    ),
)


@pytest.fixture(scope="module")
def tested(ledger: Home, tmp_path_factory: pytest.TempPathFactory) -> list[ModelTest]:
    """What the tests say of a copy of the working database in which every kind of test fails at once."""
    database = tmp_path_factory.mktemp("damaged") / "working.duckdb"
    shutil.copy(ledger.path / "working.duckdb", database)
    with duckdb.connect(str(database)) as con:
        for damage in (damage for damage, *_ in DAMAGE if damage):
            assert con.execute(damage).fetchall()[0][0] > 0, damage
    return run_tests(database, manifest_of(ledger))


def manifest_of(ledger: Home) -> Path:
    return ledger.path / "dbt" / "manifest.json"


def test_the_refusal_names_the_rows_of_every_kind_of_test(ledger: Home, tested: list[ModelTest]) -> None:
    told = build_failures(manifest_of(ledger), tested)
    for _, title, found in DAMAGE:
        assert any(one.startswith(title) and found in one for one in told), (title, [one for one in told if title in one])


def test_every_kind_of_test_of_the_project_was_tried(ledger: Home) -> None:
    assert grains(manifest_of(ledger))
    kinds = {path.stem for path in (Path(__file__).parents[2] / "dbt_project" / "tests").rglob("*.sql")}
    assert {title.split(" ")[0] for _, title, _ in DAMAGE} == kinds


def test_the_evidence_holds_the_same_words(tested: list[ModelTest]) -> None:
    failed = [test.outcome.summary for test in tested if not test.is_passed]
    assert any("1 row: company_code=A1, document_no=C01-I, row_count=2 (documents.csv line 2)" in summary for summary in failed)
    assert all(" such as " in summary or ": " in summary.removeprefix("fail: ") for summary in failed), failed
