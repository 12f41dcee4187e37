"""The dbt models as assets, with their tests as checks, and the record of the candidate that a build leaves."""

import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliInvocation, DbtCliResource, dbt_assets
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from packaging.version import Version

from ingestion.errors import DataRefusedError
from ingestion.warehouse import ask_for, open_working
from orchestration.assets.partitions import AS_OF_DATES, CLI_TAG
from orchestration.audit.record import record_loads
from orchestration.dbt_manifest import project_state
from orchestration.publication.candidate import fingerprint_candidate, write_candidate
from orchestration.quality.evidence import record
from orchestration.quality.gate import candidate_evidence, dbt_outcomes
from orchestration.resources import run_started_at
from orchestration.settings import Settings

COLUMN_METADATA = ("dagster/column_schema", "dagster/column_lineage")


class StageTranslator(DagsterDbtTranslator):
    """A model's group is its stage, which is also its schema and the first part of its key."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The schema that the model is built in."""
        return str(dbt_resource_props["schema"])


def warehouse_assets(settings: Settings, manifest: Path) -> dg.AssetsDefinition:
    """Staging, intermediate and marts of one as-of date."""

    @dbt_assets(
        manifest=manifest,
        partitions_def=AS_OF_DATES,
        pool="warehouse_writer",
        exclude="resource_type:unit_test",
        dagster_dbt_translator=StageTranslator(),
    )
    def warehouse(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
        as_of_date = date.fromisoformat(context.partition_key)
        with open_working(settings.working_database, settings.memory_limit) as con:
            ask_for(con, as_of_date, project_state(manifest))
        record_loads(settings, run_started_at(context))
        target = settings.dbt_target / "runs" / context.run_id
        shutil.copytree(settings.dbt_target, target, ignore=lambda _, names: {n for n in names if n != "partial_parse.msgpack"})
        build = dbt.cli(
            ["build", "--exclude-resource-type", "unit_test"], context=context, target_path=target, raise_on_error=False
        )
        columns = settings.dbt_target / "column_metadata.json"
        known = _known_columns(columns, manifest)
        if CLI_TAG.items() <= context.run.tags.items() or all(
            "__".join(key.path) in known for key in context.selected_asset_keys
        ):
            yield from _with_known_columns(build, known)
        else:
            yield from _with_derived_columns(build, known, columns, manifest)
        _refuse_failures(target / "run_results.json")
        candidate = fingerprint_candidate(settings, as_of_date)
        record(candidate_evidence(settings, candidate.candidate_id), dbt_outcomes(target / "run_results.json"))
        write_candidate(settings, candidate)
        shutil.rmtree(settings.dbt_target / "runs")

    return warehouse


def _with_known_columns(build: DbtCliInvocation, columns: Mapping[str, dict[str, str]]) -> Iterator[Any]:
    """The build's events with the column types and lineage that an earlier run derived; none before."""
    for event in build.stream():
        yield _attach(event, columns.get(_asset_name(event), {}))


def _with_derived_columns(
    build: DbtCliInvocation, columns: dict[str, dict[str, str]], cache: Path, manifest: Path
) -> Iterator[Any]:
    """The build's events with column types and lineage, derived once for each state of the project.

    dagster-dbt derives them with sqlglot, 40 s for 100 models, so only runs of the daemon and the UI do, where nobody waits.
    """
    try:
        for event in build.stream().fetch_column_metadata():
            found = getattr(event, "metadata", None) or {}
            columns[_asset_name(event)] = {key: dg.serialize_value(found[key]) for key in COLUMN_METADATA if key in found}
            yield event
    finally:
        # Reading them leaves dbt's handles on the database open in this process.
        if build.adapter is not None:
            build.adapter.cleanup_connections()
        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    if build.is_successful():
        cache.write_text(json.dumps({"state": project_state(manifest), "columns": columns}), encoding="utf-8")


def _known_columns(cache: Path, manifest: Path) -> dict[str, dict[str, str]]:
    """Column metadata by model, as derived from the project's present state."""
    kept = json.loads(cache.read_text(encoding="utf-8")) if cache.exists() else {}
    return dict(kept["columns"]) if kept.get("state") == project_state(manifest) else {}


def _asset_name(event: Any) -> str:
    return str(getattr(event, "output_name", ""))


def _attach(event: Any, columns: dict[str, str]) -> Any:
    if not columns:
        return event
    return event.with_metadata({**event.metadata, **{key: dg.deserialize_value(value) for key, value in columns.items()}})


def _refuse_failures(run_results: Path) -> None:
    """Say in one sentence which models and tests of the build failed."""
    results = json.loads(run_results.read_text(encoding="utf-8"))["results"]
    failed = [result for result in results if result["status"] in ("error", "fail")]
    if failed:
        told = "\n".join(f"  - {one['unique_id']}: {' '.join((one['message'] or one['status']).split())[:300]}" for one in failed)
        raise DataRefusedError(
            f"{len(failed)} dbt models or tests failed:\n{told}", "correct the data, the policy or the model that they name"
        )


class OfflineDbt(DbtCliResource):
    """dbt without the call to `dbt --version` by which dagster-dbt learns the version: it asks PyPI for the newest release."""

    @cached_property
    def _cli_version(self) -> Version:
        return Version(metadata.version("dbt-core"))


def dbt_resource(settings: Settings) -> DbtCliResource:
    """dbt as this environment installed it, on this project."""
    return OfflineDbt(
        project_dir=str(settings.dbt_project),
        profiles_dir=str(settings.dbt_project),
        dbt_executable=str(Path(sys.executable).with_name("dbt")),
    )
