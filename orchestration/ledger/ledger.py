"""The ledger of runs: an append-only file in which every entry carries the hash of the one before it.

Whoever changes, removes or inserts an entry breaks the chain from there on; whoever cuts its end off or writes all of it anew is
found out by an anchor that was kept elsewhere.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import FileLock

from ingestion.errors import DataRefusedError
from orchestration.settings import Settings

BEGINNING = "0" * 64
RESTORE = "restore the file from a backup; nobody may edit it"
Event = tuple[str, Mapping[str, Any]]
_proven: dict[Path, tuple[bytes, tuple["Entry", ...]]] = {}


def refuse_no_home(settings: Settings) -> None:
    """Refuse a folder without a ledger: no refresh ever ran in it, or what vouches for it is gone."""
    if not settings.ledger.exists():
        raise DataRefusedError(
            f"{settings.home} is no warehouse home, or its ledger is gone: there is no {settings.ledger}.",
            "name the home in RECEIVABLES_HOME, or restore the ledger from a backup",
        )


@dataclass(frozen=True)
class Entry:
    """One event: its number from 1, when (UTC) and by whom, what, and the hashes that chain it."""

    number: int
    at: str
    by: str
    event: str
    details: dict[str, Any]
    previous_hash: str
    hash: str

    def own_hash(self) -> str:
        """What the hash must be: SHA-256 of all else."""
        body = {name: value for name, value in asdict(self).items() if name != "hash"}
        return hashlib.sha256(_line(body).encode()).hexdigest()


class Ledger:
    """The ledger in one file, a JSON object a line."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def entries(self) -> list[Entry]:
        """Every entry, first to last, unproven. Refused where a line is no entry."""
        if not self._path.exists():
            return []
        # A line without its end was being written when the machine stopped; the next entry takes its place.
        *lines, _ = self._path.read_text(encoding="utf-8").split("\n")
        return [self._entry(number, line) for number, line in enumerate(lines, 1)]

    def proven(self) -> list[Entry]:
        """Every entry, after the chain was proven. Refused when it does not hold."""
        before, known = _proven.get(self._path, (b"", ()))
        content = self._path.read_bytes() if self._path.exists() else b""
        # What this process has proven and finds again byte for byte need not be hashed again.
        if known and content.startswith(before):
            added = content[len(before) : content.rfind(b"\n") + 1].decode().split("\n")[:-1]
            entries = [*known, *(self._entry(number, line) for number, line in enumerate(added, len(known) + 1))]
            problem = self.problem(entries, proven=len(known))
        else:
            entries = self.entries()
            problem = self.problem(entries)
        if problem:
            raise DataRefusedError(problem, RESTORE)
        _proven[self._path] = content[: content.rfind(b"\n") + 1], tuple(entries)
        return entries

    def append(self, at: datetime, by: str, events: Iterable[Event]) -> None:
        """Add entries at the end, all or none of them. Refused when the chain does not hold: nothing is built on a broken one.

        No entry is of an earlier time than the one before it: what is told late, such as a run's end, counts from then.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(self._path.with_suffix(".lock")):
            entries = self.proven()
            last = entries[-1] if entries else None
            added = []
            for event, details in events:
                last = _chained(last, at, by, event, details)
                added.append(last)
            self._write("".join(_line(asdict(entry)) + "\n" for entry in added))

    def problem(self, entries: Sequence[Entry], proven: int = 0) -> str | None:
        """The first broken link of the chain of all entries, in words; None when it holds. `proven`: how many need no look."""
        previous, at = (entries[proven - 1].hash, entries[proven - 1].at) if proven else (BEGINNING, "")
        for number, entry in enumerate(entries[proven:], proven + 1):
            if entry.number != number or entry.previous_hash != previous:
                return f"{self._path} line {number}: the entry does not follow the one before it"
            if entry.hash != entry.own_hash():
                return f"{self._path} line {number}: the entry ({entry.event}) was changed after it was written"
            if entry.at < at:
                return f"{self._path} line {number}: the entry ({entry.event}) is of {entry.at}, before the one that it follows"
            previous, at = entry.hash, entry.at
        return None

    def _entry(self, number: int, line: str) -> Entry:
        try:
            return Entry(**json.loads(line))
        except (json.JSONDecodeError, TypeError) as error:
            raise DataRefusedError(f"{self._path} line {number} is no entry of the ledger.", RESTORE) from error

    def _write(self, text: str) -> None:
        with self._path.open("a+b") as file:
            file.seek(0)
            file.truncate(file.read().rfind(b"\n") + 1)
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())


def _chained(previous: Entry | None, at: datetime, by: str, event: str, details: Mapping[str, Any]) -> Entry:
    number, previous_hash = (previous.number + 1, previous.hash) if previous else (1, BEGINNING)
    plain = json.loads(json.dumps(details, default=str))
    told_at = max(at.isoformat(sep=" ", timespec="seconds"), previous.at if previous else "")
    entry = Entry(number, told_at, by, event, plain, previous_hash, "")
    return Entry(**{**asdict(entry), "hash": entry.own_hash()})


def _line(body: Mapping[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
