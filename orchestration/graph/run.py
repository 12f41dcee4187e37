"""A run of Dagster's job in this process, and what a run that was killed left in Dagster's store."""

from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from datetime import date
from pathlib import Path

import dagster as dg

from orchestration.graph.assets.partitions import CLI_TAG
from orchestration.graph.definitions import build_definitions
from orchestration.graph.ending import RefreshOutcome
from orchestration.graph.instance import open_instance
from orchestration.graph.interruption import Interruption
from orchestration.graph.outcome import has_published, problems_of, tell_refresh
from orchestration.settings import Settings

UNFINISHED = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING]


def run_job(
    settings: Settings, as_of_date: date, profile: str, extracts: Path, interruption: Interruption, asked: str
) -> RefreshOutcome:
    """Run `daily_refresh` for one as-of date in this process; what dbt and Dagster print goes to the home's log."""
    with open_instance(settings) as instance:
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
        is_published, problems = has_published(result.all_events), tuple(problems_of(result.all_events))
        with settings.refresh_log.open("a", encoding="utf-8") as log:
            log.writelines(f"{problem}\n" for problem in problems)
        if interruption.signal and not is_published:
            raise KeyboardInterrupt
        anchored = tell_refresh(settings, instance, result.dagster_run, result.all_events, asked)
        return RefreshOutcome(result.success, problems, tuple(anchored), interruption.signal)


@contextmanager
def _log_to(path: Path) -> Iterator[None]:
    """What dbt and Dagster print goes to the home's log; the person sees the progress lines."""
    with path.open("w", encoding="utf-8") as log, redirect_stdout(log):
        yield


def _close_killed_runs(instance: dg.DagsterInstance) -> None:
    """Mark runs that a killed command left behind as failed, and free what they held. We hold the lock, so none is alive."""
    for run in instance.get_runs(dg.RunsFilter(statuses=UNFINISHED, tags=CLI_TAG)):
        instance.report_run_failed(run, "The command was killed.")
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
