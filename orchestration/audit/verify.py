"""`receivables audit verify`: the ledger's chain, and all that it vouches for, proven against the files as they are now."""

from collections.abc import Iterator
from dataclasses import dataclass

from ingestion.archive import archived_path, fingerprint
from ingestion.errors import DataRefusedError
from orchestration.audit.ledger import Entry, Ledger
from orchestration.audit.record import LOAD, file_hashes, recorded_files
from orchestration.settings import Settings


@dataclass(frozen=True)
class Proof:
    """What was proven: entries, archived files and publications, and the chain's head."""

    entry_count: int
    file_count: int
    publication_count: int
    head: str


def prove(settings: Settings, anchor: str | None = None) -> Proof:
    """Prove the chain, every archived file and every publication kept. Refused with the first broken link."""
    ledger = Ledger(settings.ledger)
    entries = ledger.entries()
    problem = ledger.problem(entries) or next(_problems(settings, entries, anchor), None)
    if problem:
        raise DataRefusedError(problem, "restore it from a backup; what was changed, and when, is for the auditor to judge")
    files = {entry.details["file_sha256"] for entry in entries if entry.event == LOAD}
    return Proof(len(entries), len(files), len(recorded_files(settings)), entries[-1].hash if entries else "")


def _problems(settings: Settings, entries: list[Entry], anchor: str | None) -> Iterator[str]:
    if anchor is not None and anchor not in {entry.hash for entry in entries}:
        yield f"{settings.ledger} does not hold the anchor {anchor}: its end was cut off, or it is another ledger"
    for entry in entries:
        if entry.event == LOAD:
            yield from _archive_problems(settings, entry)
    for publication_id, files in recorded_files(settings).items():
        folder = settings.publications / publication_id
        found = file_hashes(folder)
        for name in sorted(files.keys() | found.keys()):
            if files.get(name) != found.get(name):
                yield f"{folder / name} {_told(name in files, name in found)}"
    yield from _serving_problems(settings)


def _archive_problems(settings: Settings, entry: Entry) -> Iterator[str]:
    path = archived_path(settings.archive, entry.details["file_sha256"])
    delivered = f"the archived copy of {entry.details['file_name']} (load {entry.details['load_id']}, {path})"
    if not path.exists():
        yield f"{delivered} is gone"
    elif fingerprint(path) != path.name:
        yield f"{delivered} was changed"


def _serving_problems(settings: Settings) -> Iterator[str]:
    """What BI reads must be a publication that the ledger tells of, the last or one before it."""
    vouched = {files[settings.serving_database.name] for files in recorded_files(settings).values()}
    if settings.serving_database.exists() and fingerprint(settings.serving_database) not in vouched:
        yield f"{settings.serving_database} is none of the publications that the ledger tells of"


def _told(is_recorded: bool, is_found: bool) -> str:
    if is_recorded and is_found:
        return "was changed"
    return "is gone" if is_recorded else "was added"
