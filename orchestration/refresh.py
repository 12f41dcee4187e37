"""One refresh from the command line: the Dagster job in this process, under the home's lock, and how it ended in sentences."""

from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import dagster as dg

from ingestion.warehouse import open_working
from orchestration.assets.partitions import CLI_TAG, refuse_other_centuries
from orchestration.audit.record import REFRESH, record
from orchestration.definitions import build_definitions
from orchestration.lock import only_command
from orchestration.resources import start_of_run
from orchestration.settings import Settings


@dataclass(frozen=True)
class RefreshOutcome:
    """How a refresh ended: whether it published, and if not, why, in sentences."""

    is_published: bool
    problems: tuple[str, ...]


def run_refresh(settings: Settings, as_of_date: date, profile: str, extracts: Path) -> RefreshOutcome:
    """Run `daily_refresh` for one as-of date and say how it ended. Refused when another refresh holds the home."""
    refuse_other_centuries(as_of_date)
    with only_command(settings), dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        _refuse_damaged(settings)
        _close_killed_runs(instance)
        with _log_to(settings.refresh_log):
            result = (
                build_definitions(settings)
                .resolve_job_def("daily_refresh")
                .execute_in_process(
                    partition_key=as_of_date.isoformat(),
                    instance=instance,
                    raise_on_error=False,
                    tags=CLI_TAG,
                    run_config={
                        "loggers": {"progress": {}},
                        "resources": {"delivery": {"config": {"profile": profile, "extracts": str(extracts.resolve())}}},
                    },
                )
            )
        problems = () if result.success else tuple(_problems(result))
        told = {"as_of_date": as_of_date, "profile": profile, "is_published": result.success, "problems": problems}
        record(settings, start_of_run(instance, result.run_id), (REFRESH, told))
        return RefreshOutcome(result.success, problems)


def _refuse_damaged(settings: Settings) -> None:
    """Refuse a working database that does not open, once and before any step does."""
    with open_working(settings.working_database, settings.memory_limit):
        pass


@contextmanager
def _log_to(path: Path) -> Iterator[None]:
    """What dbt and Dagster print goes to the home's log; the person sees the progress lines."""
    with path.open("w", encoding="utf-8") as log, redirect_stdout(log):
        yield


def _close_killed_runs(instance: dg.DagsterInstance) -> None:
    """Mark runs that a killed command left behind as failed, and free what they held. We hold the lock, so none is alive."""
    unfinished = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING]
    for run in instance.get_runs(dg.RunsFilter(statuses=unfinished, tags=CLI_TAG)):
        instance.report_run_failed(run, "The command was killed.")
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)


def _problems(result: dg.ExecuteInProcessResult) -> Iterator[str]:
    """What failed, first to last: failed blocking checks with what they found, and steps in the words of their error."""
    for event in result.all_events:
        if event.event_type_value == "ASSET_CHECK_EVALUATION":
            check = event.asset_check_evaluation_data
            if check.blocking and not check.passed and check.severity == dg.AssetCheckSeverity.ERROR:
                told = check.metadata.get("summary") or check.metadata.get("failed")
                yield f"{check.check_name} of {check.asset_key.to_user_string()}: {told.value if told else 'failed'}"
        if event.event_type_value == "STEP_FAILURE" and event.step_failure_data.error is not None:
            error = event.step_failure_data.error
            while error.cause is not None:
                error = error.cause
            if error.cls_name != "DagsterAssetCheckFailedError":
                yield f"{event.step_key}: {error.message.split(f'{error.cls_name}: ', 1)[-1].strip()}"
