"""The home's one lock: whoever changes what a home holds takes it, and notes in it who they are.

Commands do, and runs of the UI and of the schedule.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from ingestion.errors import DataRefusedError
from orchestration.settings import Settings

# Homes that this process holds: a run within a command goes on under the command's lock.
_held: set[Path] = set()


@dataclass(frozen=True)
class Holder:
    """Who holds a home's lock: what they do (a refresh also as of when), who they are, since when (UTC), in which process.

    `kind`: by which way it was started, such as command, ui or schedule.
    """

    what: str
    kind: str
    as_of_date: str | None
    by: str
    since: str
    process_id: int

    def __str__(self) -> str:
        about = f" as of {self.as_of_date}" if self.as_of_date else ""
        return f"{self.what}{about} ({self.kind}) by {self.by}, process {self.process_id}, since {self.since} UTC"


@contextmanager
def only_writer(
    settings: Settings, what: str, at: datetime, *, kind: str = "command", as_of_date: str | None = None
) -> Iterator[Holder | None]:
    """Hold the home's lock, which the system frees when its holder dies. Refused, naming the holder, while another has it.

    Gives who had it last and did not give it back: a run that was killed.
    """
    path = settings.refresh_lock.resolve()
    if path in _held:
        yield None
        return
    settings.home.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o660)
    try:
        _take(descriptor, settings)
        left_behind = _noted(descriptor)
        since = at.isoformat(sep=" ", timespec="seconds")
        _note(descriptor, Holder(what, kind, as_of_date, f"{settings.user}, uid {settings.user_id}", since, os.getpid()))
        _held.add(path)
        try:
            yield left_behind
        finally:
            _held.discard(path)
            _note(descriptor, None)
    finally:
        os.close(descriptor)


def holder(settings: Settings) -> tuple[Holder | None, bool]:
    """Who holds the home's lock, and whether they still live; None and False while nobody does."""
    if not settings.refresh_lock.exists():
        return None, False
    descriptor = os.open(settings.refresh_lock, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _noted(descriptor), True
    else:
        return _noted(descriptor), False
    finally:
        os.close(descriptor)


def _take(descriptor: int, settings: Settings) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise DataRefusedError(
            f"{settings.home} is held: {_noted(descriptor) or 'by another command'}.",
            "wait for it to end; `receivables status` shows the last result",
        ) from error


def _noted(descriptor: int) -> Holder | None:
    text = os.pread(descriptor, 4096, 0)
    try:
        return Holder(**json.loads(text)) if text else None
    except (json.JSONDecodeError, TypeError):
        return None


def _note(descriptor: int, who: Holder | None) -> None:
    os.ftruncate(descriptor, 0)
    if who:
        os.pwrite(descriptor, json.dumps(asdict(who), ensure_ascii=False).encode(), 0)
