"""One refresh from the command line, under the lock: the answer that nothing changed, or a run of the job, and how it ended."""

import signal
from datetime import date, datetime
from pathlib import Path

from ingestion.errors import DataRefusedError
from ingestion.loader import refuse_without_documents
from ingestion.profile import load_profile
from ingestion.warehouse import open_working
from orchestration.graph.as_of import refuse_other_centuries
from orchestration.graph.ending import RefreshOutcome, tell_end
from orchestration.graph.interruption import Interruption, interruptible
from orchestration.graph.tidy import tidy
from orchestration.ledger.lock import only_writer
from orchestration.publication.standing import asked_for, standing_publication, standing_state
from orchestration.settings import Settings


def run_refresh(
    settings: Settings, as_of_date: date, profile: str, extracts: Path, at: datetime, *, is_full: bool = False
) -> RefreshOutcome:
    """Run `daily_refresh` for one as-of date and say how it ended. Refused when another writer holds the home.

    Nothing is derived where nothing changed since the last refresh ended, unless `is_full`.
    """
    refuse_other_centuries(as_of_date)
    with interruptible() as interruption, only_writer(settings, "refresh", at, as_of_date=as_of_date.isoformat()) as killed:
        told = {
            "kind": "command",
            "started_at": at.isoformat(sep=" ", timespec="seconds"),
            "as_of_date": as_of_date,
            "profile": profile,
            "is_published": False,
        }
        has_begun = False
        try:
            found = tidy(settings, at, killed)
            has_begun = bool(found)
            refuse_without_documents(extracts, load_profile(profile))
            asked = asked_for(settings, as_of_date, profile, extracts)
            state = standing_state(settings, asked)
            if not is_full and not found and (stands := standing_publication(settings, state)):
                told |= {"is_published": True, "problems": (), "stands": stands, **state}
                return RefreshOutcome(True, (), tuple(tell_end(settings, at, told)), stands=stands)
            has_begun = True
            _open_working(settings, is_full=is_full)
            # Imported where a run is made: the answer that nothing changed needs no Dagster.
            from orchestration.graph.run import run_job

            outcome = run_job(settings, as_of_date, profile, extracts, interruption, asked)
        except DataRefusedError as refused:
            if settings.ledger.exists():
                tell_end(settings, at, {**told, "problems": [str(refused)], "has_begun": has_begun})
            raise
        except KeyboardInterrupt:
            problems = _ended(interruption)
            if settings.ledger.exists():
                tell_end(settings, at, {**told, "problems": problems})
            return RefreshOutcome(False, tuple(problems), (), interruption.signal or signal.SIGINT)
        return RefreshOutcome(outcome.is_published, outcome.problems, (*found, *outcome.found), outcome.ended_by)


def _ended(interruption: Interruption) -> list[str]:
    ended_by = interruption.signal or signal.SIGINT
    return [f"It was ended by {ended_by.name}."]


def _open_working(settings: Settings, *, is_full: bool) -> None:
    """Refuse a working database that does not open, once and before any step does; forget what was derived, if all is to be."""
    with open_working(settings.working_database, settings.memory_limit) as con:
        if is_full:
            con.execute("drop schema if exists intermediate cascade")
