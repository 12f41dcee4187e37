"""One refresh from the command line: the Dagster job in this process, under the home's lock, and how it ended in sentences."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import dagster as dg

from ingestion.errors import DataRefusedError
from ingestion.loader import refuse_without_documents
from ingestion.profile import load_profile
from ingestion.warehouse import open_working
from orchestration.graph.assets.partitions import CLI_TAG, refuse_other_centuries
from orchestration.graph.definitions import build_definitions
from orchestration.graph.instance import open_instance
from orchestration.graph.interruption import Interruption, interruptible
from orchestration.graph.outcome import has_published, problems_of, tell_end, tell_refresh
from orchestration.graph.tidy import tidy
from orchestration.ledger.lock import only_writer
from orchestration.settings import Settings

UNFINISHED = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING]


@dataclass(frozen=True)
class RefreshOutcome:
    """How a refresh ended: whether it published, and if not, why; what was found changed in the home; all in sentences.

    `ended_by`: the signal that ended it.
    """

    is_published: bool
    problems: tuple[str, ...]
    found: tuple[str, ...] = ()
    ended_by: signal.Signals | None = None


def run_refresh(settings: Settings, as_of_date: date, profile: str, extracts: Path, at: datetime) -> RefreshOutcome:
    """Run `daily_refresh` for one as-of date and say how it ended. Refused when another writer holds the home."""
    refuse_other_centuries(as_of_date)
    with interruptible() as interruption, only_writer(settings, "refresh", at, as_of_date=as_of_date.isoformat()) as killed:
        told = {
            "kind": "command",
            "started_at": at.isoformat(sep=" ", timespec="seconds"),
            "as_of_date": as_of_date,
            "profile": profile,
            "is_published": False,
        }
        try:
            found = tidy(settings, at, killed)
            refuse_without_documents(extracts, load_profile(profile))
            _refuse_damaged(settings)
            outcome = _run(settings, as_of_date, profile, extracts, interruption)
        except DataRefusedError as refused:
            # A wrong folder on the first day leaves no home behind.
            if settings.ledger.exists():
                tell_end(settings, at, {**told, "problems": [str(refused)]})
            raise
        except KeyboardInterrupt:
            problems = _ended(interruption)
            if settings.ledger.exists():
                tell_end(settings, at, {**told, "problems": problems})
            return RefreshOutcome(False, tuple(problems), (), interruption.signal or signal.SIGINT)
        return RefreshOutcome(outcome.is_published, outcome.problems, (*found, *outcome.found), outcome.ended_by)


def _run(settings: Settings, as_of_date: date, profile: str, extracts: Path, interruption: Interruption) -> RefreshOutcome:
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
        anchored = tell_refresh(settings, instance, result.dagster_run, result.all_events)
        return RefreshOutcome(result.success, problems, tuple(anchored), interruption.signal)


def _ended(interruption: Interruption) -> list[str]:
    ended_by = interruption.signal or signal.SIGINT
    return [f"It was ended by {ended_by.name}."]


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
    for run in instance.get_runs(dg.RunsFilter(statuses=UNFINISHED, tags=CLI_TAG)):
        instance.report_run_failed(run, "The command was killed.")
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
