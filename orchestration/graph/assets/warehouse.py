"""The dbt models as assets, with their tests as checks, and the record of the candidate that a build leaves."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from importlib import metadata
from itertools import chain
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliInvocation, DbtCliResource, dbt_assets
from packaging.version import Version

from ingestion.errors import DataRefusedError
from ingestion.warehouse import ask_for, open_working
from orchestration.graph.assets.partitions import AS_OF_DATES, ONE_DATE, is_of_command_line
from orchestration.graph.openlineage import emit, load_steps, model_steps
from orchestration.graph.progress import ON_THE_WAY
from orchestration.graph.resources import Home, run_started_at
from orchestration.ledger.ledger import Ledger
from orchestration.project.candidate import fingerprint_candidate, write_candidate
from orchestration.project.lineage import ColumnLineage, derive_lineage, known_lineage
from orchestration.project.manifest import dbt_executable, project_state
from orchestration.project.marts import manifest_body
from orchestration.quality.dbt_tests import ModelTest, build_failures, run_tests, unbuilt_nodes
from orchestration.quality.evidence import record
from orchestration.quality.gate import candidate_place, refused_place
from orchestration.quality.raw import check_raw, told_loads
from orchestration.rebuild.restore import tell_landed
from orchestration.settings import Settings

WHAT_TO_DO = (
    "run `receivables restore`: it loads every archived file again; `receivables audit verify` names all else that was changed"
)


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
        backfill_policy=ONE_DATE,
        pool="warehouse_writer",
        exclude="resource_type:unit_test",
        dagster_dbt_translator=StageTranslator(),
    )
    def warehouse(context: dg.AssetExecutionContext, dbt: DbtCliResource, home: Home) -> Iterator[Any]:
        as_of_date, started_at = date.fromisoformat(context.partition_key), run_started_at(context)
        told = told_loads(Ledger(settings.ledger).proven())
        with open_working(settings.working_database, settings.memory_limit) as con:
            raw_outcome = check_raw(con, told)
            if not raw_outcome.is_passed:
                raise DataRefusedError(f"{raw_outcome.summary}.", WHAT_TO_DO)
            ask_for(con, as_of_date, project_state(settings))
            tell_landed(settings, con, started_at)
        target = settings.dbt_target / "runs" / context.run_id
        shutil.copytree(settings.dbt_target, target, ignore=lambda _, names: {n for n in names if n != "partial_parse.msgpack"})
        build = dbt.cli(
            ["build", "--exclude-resource-type", "unit_test", "test"], context=context, target_path=target, raise_on_error=False
        )
        events = _told_on_the_way(context, build.stream())
        yield from _with_columns(settings, manifest, target, build, events, is_shown=not is_of_command_line(context.run))
        run_results = target / "run_results.json"
        checks = _checks(context)
        context.log.info(f"{ON_THE_WAY}warehouse: making {len(checks)} tests ...")
        tests = run_tests(settings.working_database, manifest, unbuilt_nodes(run_results), checks)
        yield from (_told(context, checks[test.unique_id], test) for test in tests)
        steps = chain(
            load_steps([load for load in told.values() if load["loaded_at"] == str(started_at)], started_at),
            model_steps(manifest, run_results, known_lineage(settings, project_state(settings))),
        )
        if problem := emit(settings, context.run.run_id, steps):
            context.log.warning(problem)
        outcomes = [test.outcome for test in tests]
        if failed := build_failures(manifest, tests, run_results):
            record(settings, refused_place(context.run_id), outcomes, started_at)
            raise _refusal(failed)
        candidate = fingerprint_candidate(settings, as_of_date)
        record(settings, candidate_place(candidate.candidate_id), [*outcomes, raw_outcome], started_at)
        write_candidate(settings, candidate)
        shutil.rmtree(settings.dbt_target / "runs")

    return warehouse


def _checks(context: dg.AssetExecutionContext) -> dict[str, dg.AssetCheckKey]:
    """The check that each dbt test is, by its unique id: all of the models that a run builds, and what else it selects."""
    selected, built = context.selected_asset_check_keys, context.selected_asset_keys
    return {
        str(spec.metadata["dagster_dbt/unique_id"]): spec.key
        for spec in context.assets_def.node_check_specs_by_output_name.values()
        if spec.key in selected or spec.asset_key in built
    }


def _told(
    context: dg.AssetExecutionContext, key: dg.AssetCheckKey, test: ModelTest
) -> dg.AssetCheckResult | dg.AssetCheckEvaluation:
    """A test as an output of the run where the run selects it, else as an event alone."""
    severity = dg.AssetCheckSeverity.WARN if test.status == "warn" else dg.AssetCheckSeverity.ERROR
    passed, metadata = test.status == "pass", {"status": test.status, "found": test.found}
    if key in context.selected_asset_check_keys:
        return dg.AssetCheckResult(
            passed=passed, asset_key=key.asset_key, check_name=key.name, severity=severity, metadata=metadata
        )
    return dg.AssetCheckEvaluation(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=passed,
        severity=severity,
        metadata={name: dg.MetadataValue.text(text) for name, text in metadata.items()},
    )


def _told_on_the_way(context: dg.AssetExecutionContext, events: Iterator[Any]) -> Iterator[Any]:
    """The build's events as they come; each tenth of its models is told to who waits for them."""
    built, wanted = 0, len(context.selected_asset_keys)
    for event in events:
        if isinstance(event, dg.Output):
            built += 1
            if built * 10 // wanted > (built - 1) * 10 // wanted:
                context.log.info(f"{ON_THE_WAY}warehouse: {built} of {wanted} models and seeds built")
        yield event


def _with_columns(
    settings: Settings, manifest: Path, target: Path, build: DbtCliInvocation, events: Iterator[Any], *, is_shown: bool
) -> Iterator[Any]:
    """The build's events, with column types and lineage where they are shown: in runs of the UI and the schedule.

    To store them takes 15 s of a run. In the first build of a state of the project they are derived, and events wait for its end.
    """
    state = project_state(settings)
    lineage = known_lineage(settings, state)
    if lineage is None:
        events = iter(list(events))
        if build.is_successful():
            lineage = derive_lineage(settings, state, target / "manifest.json")
    metadata = _column_metadata(lineage, manifest) if lineage and is_shown else {}
    for event in events:
        found = metadata.get(str(getattr(event, "output_name", "")))
        yield event.with_metadata({**event.metadata, **found}) if found else event


def _column_metadata(lineage: ColumnLineage, manifest: Path) -> dict[str, dict[str, Any]]:
    """What Dagster shows of each model's columns, by the name of its output."""
    body = manifest_body(manifest)
    nodes = body["nodes"] | body["sources"]
    keys = {node_id: StageTranslator().get_asset_key(nodes[node_id]) for node_id in lineage.types if node_id in nodes}
    return {
        "__".join(keys[node_id].path): {
            "dagster/column_schema": dg.TableSchema([dg.TableColumn(name, sql_type) for name, sql_type in types.items()]),
            "dagster/column_lineage": dg.TableColumnLineage(
                {
                    column: [dg.TableColumnDep(keys[origin], name) for origin, name in origins if origin in keys]
                    for column, origins in lineage.origins.get(node_id, {}).items()
                }
            ),
        }
        for node_id, types in lineage.types.items()
        if node_id in keys
    }


def _refusal(failed: Sequence[str]) -> DataRefusedError:
    """The models and tests of the build that failed, a line for each."""
    told = "\n".join(f"  - {one}" for one in failed)
    return DataRefusedError(
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
        project_dir=str(settings.assembled_project),
        profiles_dir=str(settings.assembled_project),
        dbt_executable=dbt_executable(),
    )
