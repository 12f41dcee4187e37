"""The Dagster graph: every stage an asset, every test a check, lineage by column, a schedule on business days."""

from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import dagster as dg
import pytest
from dagster_dbt import DbtCliResource

from ingestion.contract import load_contracts
from orchestration.graph.assets.warehouse import dbt_resource
from orchestration.graph.definitions import build_definitions
from orchestration.graph.jobs import business_days
from orchestration.graph.sensors import ledger_sensors
from orchestration.ledger.ledger import Ledger
from orchestration.settings import Settings, apply_settings
from tests.conftest import Home


@pytest.fixture(scope="module")
def definitions(demo_home: Home) -> dg.Definitions:
    settings = Settings(home=demo_home.path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RECEIVABLES_HOME", str(demo_home.path))
        apply_settings(settings)
        yield build_definitions(settings)


def test_every_extract_table_and_mart_is_an_asset_named_by_its_path(definitions: dg.Definitions) -> None:
    keys = {key.to_user_string() for key in definitions.resolve_asset_graph().get_all_asset_keys()}
    assert {f"raw/{contract.raw_name}" for contract in load_contracts().values()} <= keys
    assert {"staging/stg_erp__documents", "marts/fct_aging", "gate/candidate", "published/receivables"} <= keys


def test_groups_are_stages(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    groups = {graph.get(key).group_name for key in graph.materializable_asset_keys}
    assert groups == {"raw", "staging", "intermediate", "marts", "policy", "reference", "corrections", "gate", "published"}


def test_dbt_tests_landing_suites_and_tie_outs_are_checks_that_block(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    checks = {(key.asset_key.to_user_string(), key.name): graph.get_check_spec(key) for key in graph.asset_check_keys}
    assert checks["raw/erp__documents", "landing_suite"].blocking
    assert checks["gate/candidate", "tie_out_aging_to_general_ledger"].blocking
    assert checks["gate/candidate", "candidate_suite_fct_aging"].blocking
    assert any(asset == "marts/fct_risk_factors" and "factors_sum_to_score" in name for asset, name in checks)


def assert_the_ledger_is_told(settings: Settings, instance: dg.DagsterInstance) -> None:
    """The daemon's sensor tells how the last run ended; it built some marts and published nothing."""
    (succeeded, _) = ledger_sensors(settings)
    (run,) = instance.get_runs(limit=1)
    (end,) = (entry for entry in instance.all_logs(run.run_id) if entry.dagster_event and entry.dagster_event.is_job_success)
    context = dg.build_run_status_sensor_context(succeeded.name, end.dagster_event, instance, run)
    before = Ledger(settings.ledger).entries()
    succeeded(context)
    (told,) = Ledger(settings.ledger).entries()[len(before) :]
    assert told.event == "refresh"
    started_at = told.details.pop("started_at")
    assert started_at <= told.at
    assert told.details == {
        "kind": "ui", "as_of_date": "2026-10-31", "profile": "demo", "is_published": False, "problems": []
    }  # fmt: skip


def test_a_run_of_the_ui_gives_marts_their_column_lineage(demo_copy: Home) -> None:
    settings = Settings(home=Path(demo_copy.environment["RECEIVABLES_HOME"]))
    with pytest.MonkeyPatch.context() as patch, dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        patch.setenv("RECEIVABLES_HOME", str(settings.home))
        apply_settings(settings)
        job = build_definitions(settings).resolve_job_def("daily_refresh")
        grades = dg.AssetKey(["marts", "fct_risk_grades"])
        assert job.execute_in_process(partition_key="2026-10-31", instance=instance, asset_selection=[grades]).success
        event = instance.get_latest_materialization_event(grades)
        assert_the_ledger_is_told(settings, instance)
    assert event is not None and event.asset_materialization is not None
    lineage = event.asset_materialization.metadata["dagster/column_lineage"].value
    parents = {(d.asset_key.to_user_string(), d.column_name) for d in lineage.deps_by_column["score"]}
    assert parents == {("intermediate/int_risk__customers_graded", "score")}


def test_the_schedule_refreshes_the_morning_after_each_business_day() -> None:
    assert business_days.execution_timezone == "Asia/Shanghai"
    # Saturday 31 October 2026, 06:00 in Shanghai: the refresh is as of Friday.
    context = dg.build_schedule_context(scheduled_execution_time=datetime(2026, 10, 30, 22, tzinfo=UTC))
    request = business_days(context)
    assert isinstance(request, dg.RunRequest) and request.partition_key == "2026-10-30"


def test_dbt_is_not_asked_for_its_version_because_that_asks_the_internet(demo_home: Home) -> None:
    assert "_cli_version" in vars(DbtCliResource), "dagster-dbt learns dbt's version in another way now: look where it asks"
    resource = dbt_resource(Settings(home=demo_home.path))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("subprocess.Popen", None)
        assert str(resource._cli_version) == metadata.version("dbt-core")


def test_telemetry_is_off(demo_home: Home) -> None:
    assert "telemetry:\n  enabled: false" in (demo_home.path / "dagster" / "dagster.yaml").read_text()
