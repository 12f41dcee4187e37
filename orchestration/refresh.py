"""One refresh from the command line: the Dagster job in this process, under the home's lock, and how it ended in sentences."""

from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import dagster as dg

from ingestion.warehouse import open_working
from orchestration.assets.partitions import CLI_TAG, refuse_other_centuries
from orchestration.definitions import build_definitions
from orchestration.lock import only_command
from orchestration.outcome import problems_of, tell_refresh
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
        tell_refresh(settings, instance, result.dagster_run, result.all_events)
        problems = tuple(problems_of(result.all_events))
        with settings.refresh_log.open("a", encoding="utf-8") as log:
            log.writelines(f"{problem}\n" for problem in problems)
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
