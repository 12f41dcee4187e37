"""What BI reads: a copy of one publication, and the one pointer that the DuckDB file and the Parquet files follow.

`published/current` leads to a set below `published/sets`; the names that BI uses lead through it. To move the pointer is one
step, so that no reader ever finds the database of one publication and the Parquet files of another.
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from ingestion.archive import fingerprint
from ingestion.errors import DataRefusedError
from orchestration.ledger.events import PUBLISHED, PUBLISHED_AGAIN, ROLLED_BACK, SERVED
from orchestration.ledger.ledger import Entry
from orchestration.settings import Settings

DATABASE, PARQUET = "receivables.duckdb", "parquet"
CURRENT, SETS = "current", "sets"
# The names below `published`, and where each leads.
LINKS = {DATABASE: f"{CURRENT}/{DATABASE}", PARQUET: f"{CURRENT}/{PARQUET}"}
READ_ONLY_FILE, READ_ONLY_FOLDER, FOLDER = 0o444, 0o555, 0o755


@dataclass(frozen=True)
class Serving:
    """What BI should read by the ledger: a publication, and whether the switch to it was told to have ended."""

    publication_id: str
    is_done: bool


def published_id(settings: Settings) -> str | None:
    """Id of the publication that BI reads now; None before the first."""
    manifest = published_manifest(settings)
    return manifest["publication_id"] if manifest else None


def published_manifest(settings: Settings) -> dict[str, Any] | None:
    """Manifest of what BI reads now, from the serving file itself; None before the first publication.

    Refused when another program has left a write-ahead log beside it: DuckDB would read its changes with the file.
    """
    if not settings.serving_database.exists():
        return None
    refuse_logs(settings)
    with duckdb.connect(str(settings.serving_database), read_only=True) as con:
        row = con.execute("select manifest from marts.dim_publication").fetchone()
    return json.loads(row[0]) if row else None


def required_manifest(settings: Settings) -> dict[str, Any]:
    """Manifest of what BI reads now; refused before the first publication."""
    manifest = published_manifest(settings)
    if manifest is None:
        raise DataRefusedError("Nothing is published yet.", "run `receivables refresh --as-of DATE` or `receivables demo`")
    return manifest


def told_serving(entries: list[Entry]) -> Serving | None:
    """What the ledger says that BI should read; None before the first publication."""
    is_done = False
    for entry in reversed(entries):
        if entry.event == SERVED:
            is_done = True
        if entry.event in (PUBLISHED, PUBLISHED_AGAIN, ROLLED_BACK, SERVED):
            return Serving(entry.details["publication_id"], is_done)
    return None


def logs_beside(settings: Settings) -> list[Path]:
    """Write-ahead logs that a program has left beside what BI reads: changes that nobody checked."""
    return sorted(path for path in settings.published.rglob("*.wal*"))


def refuse_logs(settings: Settings) -> None:
    """Refuse to read a database that somebody is changing."""
    if logs := logs_beside(settings):
        raise DataRefusedError(
            f"{logs[0]} holds changes that another program made to what is published.",
            "close that program and let it open the file read-only; the next refresh or rollback removes the log",
        )


def switch(settings: Settings, target: Path) -> None:
    """Have BI read a publication: a copy of it is put beside, then the one pointer is moved. What else lies there is removed."""
    sets = settings.published / SETS
    settings.published.mkdir(parents=True, exist_ok=True)
    settings.published.chmod(FOLDER)
    sets.mkdir(exist_ok=True)
    sets.chmod(FOLDER)
    made = _free_name(sets, target.name)
    part = sets / f".{made.name}.part"
    _remove(part)
    shutil.copytree(target, part)
    for file in sorted(path for path in part.rglob("*") if path.is_file()):
        synced(file)
        file.chmod(READ_ONLY_FILE)
    for folder in (part / PARQUET, part):
        folder.chmod(READ_ONLY_FOLDER)
    part.replace(made)
    before = pointed_at(settings)
    for log in logs_beside(settings):
        log.parent.chmod(FOLDER)
        log.unlink()
    _link(settings.published / CURRENT, os.path.relpath(made, settings.published))
    for name, place in LINKS.items():
        _link(settings.published / name, place)
    # A reader that has just looked up the pointer still finds the set that it led to.
    for path in sets.iterdir():
        if path not in (made, before):
            _remove(path)
    for path in unknown_beside(settings):
        _remove(path)
    settings.published.chmod(READ_ONLY_FOLDER)


def pointed_at(settings: Settings) -> Path | None:
    """The set that the pointer leads to; None where it leads nowhere."""
    link = settings.published / CURRENT
    found = (settings.published / link.readlink()) if link.is_symlink() else None
    return found if found and found.is_dir() and found.parent == settings.published / SETS else None


def shown_id(settings: Settings) -> str | None:
    """Id of the publication whose set the pointer leads to, whatever its files hold; None where it leads nowhere."""
    served = pointed_at(settings)
    return served.name.rpartition(".")[0] if served else None


def unknown_beside(settings: Settings) -> list[Path]:
    """What lies in `published` and does not belong there."""
    known = {CURRENT, SETS, *LINKS}
    return sorted(path for path in settings.published.iterdir() if path.name not in known) if settings.published.exists() else []


def serving_problems(settings: Settings, recorded: Mapping[str, str]) -> Iterator[str]:
    """Where what BI reads is not the publication whose files and hashes are given, in words."""
    for log in logs_beside(settings):
        yield f"{log} holds changes that another program made to what is published"
    for path in unknown_beside(settings):
        yield f"{path} does not belong to what is published"
    for name, place in LINKS.items():
        link = settings.published / name
        if not link.is_symlink() or str(link.readlink()) != place:
            yield f"{link} is none of the publications that the ledger tells of: it does not lead to {place}"
    served = pointed_at(settings)
    if served is None:
        yield f"{settings.published / CURRENT} leads to no set of published files"
        return
    found = {path.relative_to(served).as_posix(): path for path in sorted(served.rglob("*")) if path.is_file()}
    for name in sorted(recorded.keys() | found.keys()):
        if name not in found:
            yield f"{served / name} is gone"
        elif name not in recorded:
            yield f"{found[name]} was added"
        elif fingerprint(found[name]) != recorded[name]:
            yield f"{found[name]} is none of the publications that the ledger tells of: it was changed"


def _free_name(sets: Path, name: str) -> Path:
    """A name for a set that no reader may hold open."""
    number = 1
    while (path := sets / f"{name}.{number}").exists():
        number += 1
    return path


def _link(link: Path, place: str) -> None:
    """Have a link lead to a place, in one step."""
    if link.is_symlink() and str(link.readlink()) == place:
        return
    if link.is_dir() and not link.is_symlink():
        _remove(link)
    part = link.with_name(f".{link.name}.part")
    part.unlink(missing_ok=True)
    part.symlink_to(place)
    part.replace(link)


def _remove(path: Path) -> None:
    """Remove a file, a link, or a folder that is protected against writing."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        for folder in (path, *(found for found in path.rglob("*") if found.is_dir() and not found.is_symlink())):
            folder.chmod(FOLDER)
        shutil.rmtree(path)


def synced(path: Path) -> None:
    """Have the system write a file to its disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
