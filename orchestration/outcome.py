"""How a run of the daily refresh ended, in sentences and in the ledger of runs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from orchestration.assets.published import PUBLISHED
from orchestration.audit.record import REFRESH, record
from orchestration.resources import Delivery, start_of_run
from orchestration.settings import Settings


def has_published(events: Iterable[dg.DagsterEvent]) -> bool:
    """Whether a run reached its publication."""
    return any(event.is_step_materialization and event.asset_key == PUBLISHED for event in events)


def problems_of(events: Iterable[dg.DagsterEvent]) -> Iterator[str]:
    """What failed, first to last: failed blocking checks with what they found, and steps in the words of their error."""
    for event in events:
        if event.event_type_value == "ASSET_CHECK_EVALUATION":
            check = event.asset_check_evaluation_data
            # dbt's tests say nothing here: the failure of their step names them, with the rows that they found.
            told = check.metadata.get("summary") or check.metadata.get("failed")
            if told and check.blocking and not check.passed and check.severity == dg.AssetCheckSeverity.ERROR:
                yield f"{check.check_name} of {check.asset_key.to_user_string()}: {told.value}"
        if event.event_type_value == "STEP_FAILURE" and event.step_failure_data.error is not None:
            error = event.step_failure_data.error
            while error.cause is not None:
                error = error.cause
            if error.cls_name != "DagsterAssetCheckFailedError":
                yield f"{event.step_key}: {error.message.split(f'{error.cls_name}: ', 1)[-1].strip()}"


def tell_refresh(settings: Settings, instance: dg.DagsterInstance, run: dg.DagsterRun, events: Sequence[dg.DagsterEvent]) -> None:
    """Add the run's end to the ledger: its as-of date and sender, whether it published, and if not, why."""
    told = {
        "as_of_date": run.tags["dagster/partition"],
        "profile": _profile(run),
        "is_published": has_published(events),
        "problems": tuple(problems_of(events)),
    }
    record(settings, start_of_run(instance, run.run_id), (REFRESH, told))


def _profile(run: dg.DagsterRun) -> str:
    config: Mapping[str, Any] = run.run_config
    return str(config.get("resources", {}).get("delivery", {}).get("config", {}).get("profile", Delivery().profile))
