"""How a run of the daily refresh ended, in sentences and in the ledger of runs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
from dagster_shared.error import SerializableErrorInfo

from orchestration.graph.assets.partitions import kind_of
from orchestration.graph.assets.published import PUBLISHED
from orchestration.graph.ending import tell_end
from orchestration.graph.resources import Delivery, start_of_run
from orchestration.publication.standing import standing_state
from orchestration.settings import Settings


def has_published(events: Iterable[dg.DagsterEvent]) -> bool:
    """Whether a run reached its publication."""
    return any(event.is_step_materialization and event.asset_key == PUBLISHED for event in events)


def problems_of(events: Iterable[dg.DagsterEvent]) -> Iterator[str]:
    """What failed, first to last: failed blocking checks with what they found, and steps in the words of their error.

    Of a run that failed before its first step, such as one that found the home held, in the words of its own error.
    """
    is_told = False
    for event in events:
        if event.event_type_value == "PIPELINE_FAILURE" and not is_told and event.job_failure_data.error is not None:
            yield _words(_innermost(event.job_failure_data.error))
        if event.event_type_value == "ASSET_CHECK_EVALUATION":
            check = event.asset_check_evaluation_data
            # dbt's tests say nothing here: the failure of their step names them, with the rows that they found.
            told = check.metadata.get("summary") or check.metadata.get("failed")
            if told and check.blocking and not check.passed and check.severity == dg.AssetCheckSeverity.ERROR:
                is_told = True
                yield f"{check.check_name} of {check.asset_key.to_user_string()}: {told.value}"
        if event.event_type_value == "STEP_FAILURE" and event.step_failure_data.error is not None:
            is_told = True
            error = _innermost(event.step_failure_data.error)
            if error.cls_name != "DagsterAssetCheckFailedError":
                yield f"{event.step_key}: {_words(error)}"


def _innermost(error: SerializableErrorInfo) -> SerializableErrorInfo:
    """The error that caused the others."""
    while error.cause is not None:
        error = error.cause
    return error


def _words(error: SerializableErrorInfo) -> str:
    return error.message.split(f"{error.cls_name}: ", 1)[-1].strip()


def tell_refresh(
    settings: Settings,
    instance: dg.DagsterInstance,
    run: dg.DagsterRun,
    events: Sequence[dg.DagsterEvent],
    asked: str | None = None,
) -> list[str]:
    """Add the run's end to the ledger: its as-of date and sender, whether it published, and if not, why. Anchors the ledger.

    `asked`: fingerprint of what it was made of, where that is known, by which the next refresh sees that nothing changed.
    Gives what went wrong with the anchor's place, in words.
    """
    started_at = start_of_run(instance, run.run_id)
    told = {
        "kind": kind_of(run),
        "started_at": started_at.isoformat(sep=" ", timespec="seconds"),
        "as_of_date": run.tags.get("dagster/partition"),
        "profile": _profile(run),
        "is_published": has_published(events),
        "problems": tuple(problems_of(events)),
        **(standing_state(settings, asked) if asked else {}),
    }
    return tell_end(settings, started_at, told)


def _profile(run: dg.DagsterRun) -> str:
    config: Mapping[str, Any] = run.run_config
    return str(config.get("resources", {}).get("delivery", {}).get("config", {}).get("profile", Delivery().profile))
