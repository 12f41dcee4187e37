"""Whether the folders of publications are what the ledger tells of them."""

from collections.abc import Iterator
from pathlib import Path

from ingestion.archive import fingerprint
from orchestration.ledger.events import PUBLISHED, REMOVED
from orchestration.ledger.ledger import Entry
from orchestration.ledger.record import MANIFEST, PART, file_hashes, recorded_files
from orchestration.settings import Settings


def folder_problems(settings: Settings, entries: list[Entry], *, is_whole: bool = True) -> list[str]:
    """Publications that are not file by file as the ledger tells, and folders that it does not tell of, in words.

    `is_whole`: by the hash of every file; otherwise, as quick as a refresh wants it, by their names and the manifest's hash.
    """
    kept = recorded_files(settings)
    problems: list[str] = []
    for publication_id, files in kept.items():
        folder = settings.publications / publication_id
        # Told and complete, but not yet under its name: a run was killed in between, and the next one ends it.
        part = folder.with_name(publication_id + PART)
        problems += _differences(part if part.exists() and not folder.exists() else folder, files, is_whole)
    once = {entry.details["publication_id"]: entry.details["files"] for entry in entries if entry.event == PUBLISHED}
    removed = {entry.details["publication_id"] for entry in entries if entry.event == REMOVED}
    for folder in sorted(settings.publications.iterdir()) if settings.publications.exists() else []:
        if folder.name in kept or folder.name.endswith(PART):
            continue
        # A removal that was killed half-way leaves some of the files that the ledger told of.
        is_left_over = folder.name in removed and file_hashes(folder).items() <= once[folder.name].items()
        if not is_left_over:
            problems.append(f"{folder} was added: the ledger tells of no such publication")
    return problems


def _differences(folder: Path, files: dict[str, str], is_whole: bool) -> Iterator[str]:
    found = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    for name in sorted(files.keys() | found.keys()):
        if name not in found:
            yield f"{folder / name} is gone"
        elif name not in files:
            yield f"{folder / name} was added"
        elif (is_whole or name == MANIFEST) and fingerprint(found[name]) != files[name]:
            yield f"{folder / name} was changed"
