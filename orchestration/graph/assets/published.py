"""The candidate with its blocking checks, and the publication that follows when the gate passes it."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import dagster as dg

from orchestration.graph.assets.partitions import AS_OF_DATES, ONE_DATE
from orchestration.graph.openlineage import emit, publication_step
from orchestration.graph.resources import Home, run_started_at
from orchestration.project.candidate import read_candidate
from orchestration.project.marts import read_marts
from orchestration.publication.publish import publish, tell_verdict
from orchestration.publication.serving import published_manifest
from orchestration.quality.candidate import CANDIDATE_CHECKS, FLAGGED, SUITE, check_candidate
from orchestration.quality.evidence import CheckOutcome, record
from orchestration.quality.gate import candidate_place
from orchestration.settings import Settings, code_commit

CANDIDATE, PUBLISHED = dg.AssetKey(["gate", "candidate"]), dg.AssetKey(["published", "receivables"])


def candidate_asset(settings: Settings, manifest: Path) -> dg.AssetsDefinition:
    """The marts as the build left them, checked: a suite for each mart and the tie-outs."""
    marts = read_marts(manifest)
    names = [*(f"{SUITE}_{mart.name}" for mart in marts), *CANDIDATE_CHECKS]

    @dg.asset(
        key=CANDIDATE,
        group_name="gate",
        deps=[dg.AssetKey(["marts", mart.name]) for mart in marts],
        partitions_def=AS_OF_DATES,
        backfill_policy=ONE_DATE,
        kinds={"greatexpectations"},
        check_specs=[dg.AssetCheckSpec(name, asset=CANDIDATE, blocking=name not in FLAGGED) for name in names],
    )
    def candidate(context: dg.AssetExecutionContext, home: Home) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
        found = read_candidate(settings, date.fromisoformat(context.partition_key))
        outcomes = check_candidate(settings, marts, found.as_of_date)
        record(settings, candidate_place(found.candidate_id), outcomes, run_started_at(context))
        tell_verdict(settings, found, run_started_at(context))
        yield dg.MaterializeResult(
            metadata={"candidate_id": found.candidate_id, "as_of_date": found.as_of_date.isoformat()},
            check_results=[_result(outcome) for outcome in outcomes],
        )

    return candidate


def _result(outcome: CheckOutcome) -> dg.AssetCheckResult:
    name = f"{SUITE}_{outcome.subject}" if outcome.check_code == SUITE else outcome.check_code
    return dg.AssetCheckResult(
        check_name=name,
        asset_key=CANDIDATE,
        passed=outcome.is_passed,
        severity=dg.AssetCheckSeverity.WARN if name in FLAGGED else dg.AssetCheckSeverity.ERROR,
        metadata={"summary": outcome.summary},
    )


def published_asset(settings: Settings) -> dg.AssetsDefinition:
    """The published set: the candidate after the gate, behind an atomic switch."""

    @dg.asset(
        key=PUBLISHED,
        group_name="published",
        deps=[CANDIDATE],
        partitions_def=AS_OF_DATES,
        backfill_policy=ONE_DATE,
        kinds={"duckdb", "parquet"},
        pool="warehouse_writer",
    )
    def published(context: dg.AssetExecutionContext, home: Home) -> dg.MaterializeResult:  # type: ignore[type-arg]
        found = read_candidate(settings, date.fromisoformat(context.partition_key))
        publication = publish(settings, found, run_started_at(context), code_commit())
        manifest = published_manifest(settings)
        if publication.is_new and manifest and (problem := emit(settings, context.run.run_id, [publication_step(manifest)])):
            context.log.warning(problem)
        return dg.MaterializeResult(
            metadata={
                "publication_id": publication.publication_id,
                "is_new": publication.is_new,
                "warnings": list(publication.warnings),
                "database": dg.MetadataValue.path(str(settings.serving_database)),
            }
        )

    return published
