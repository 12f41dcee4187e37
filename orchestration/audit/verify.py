"""`receivables audit verify`: the ledger's chain, and all that it vouches for, proven against the files as they are now.

Every broken link is named, not the first alone. What honest work leaves - a killed run's half-done switch, files that nobody was
told of - is healed by the next run and no broken link.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from ingestion.archive import archived_path, fingerprint
from ingestion.errors import DataRefusedError
from orchestration.ledger.anchor import anchor_problems
from orchestration.ledger.events import (
    EVIDENCE,
    LOAD,
    PARSED,
    PUBLISHED,
    REFRESH,
    RELEASE_ASKED,
    RELEASED,
    RESTORED,
    UPGRADED,
    VERDICT,
)
from orchestration.ledger.fingerprint import combined_hash, table_hashes, version_hashes
from orchestration.ledger.folders import folder_problems
from orchestration.ledger.ledger import Entry, Ledger, refuse_no_home
from orchestration.ledger.lock import holder
from orchestration.ledger.record import MANIFEST, changed_policies, policies_used, recorded_files
from orchestration.project.candidate import Candidate
from orchestration.project.manifest import project_state
from orchestration.publication.publish import publication_problems
from orchestration.publication.serving import serving_problems, shown_id, told_serving
from orchestration.quality.evidence import evidence_problems
from orchestration.quality.raw import raw_problems, told_loads
from orchestration.rebuild.restore import read_again, refuse_earlier_release
from orchestration.settings import Settings

# After a verdict, what says that the working database may hold another candidate, or none.
BEGUN = {RESTORED, UPGRADED, EVIDENCE}


@dataclass(frozen=True)
class Proof:
    """What was proven: entries, archived files and publications, and the chain's head; what was not, in sentences."""

    entry_count: int
    file_count: int
    publication_count: int
    head: str
    notes: tuple[str, ...] = ()


def prove(settings: Settings, anchor: str | None = None, *, reads_archive: bool = True) -> Proof:
    """Prove all that the ledger vouches for. Refused with every broken link; the chain's own is the first and hides the others.

    `reads_archive`: load every archived file again and compare it with what was loaded.
    """
    refuse_no_home(settings)
    entries = Ledger(settings.ledger).proven()
    refuse_earlier_release(settings, entries)
    problems: list[str] = []
    notes: list[str] = []
    for found in (
        [*anchor_problems(settings, entries, anchor)],
        _archive_problems(settings, entries),
        _parse_problems(settings, entries),
        evidence_problems(settings, entries),
        [*publication_problems(settings, entries)],
        [*_release_problems(settings, entries)],
        folder_problems(settings, entries),
        [*_manifest_problems(settings, entries)],
        [*_served_problems(settings, entries)],
    ):
        problems += found
    told = told_loads(entries)
    if holder(settings)[1]:
        notes.append("A run is writing to the home: its working database was not compared.")
    elif settings.working_database.exists():
        problems += _working_problems(settings, told) or _built_problems(settings, entries)
    if reads_archive and not problems and told:
        differing, unread = read_again(settings, list(told.values()))
        problems, notes = problems + differing, notes + unread
    if problems:
        raise DataRefusedError(
            "\n".join(problems), "restore it from a backup; what was changed, and when, is for the auditor to judge"
        )
    files = {load["file_sha256"] for load in told.values()}
    return Proof(len(entries), len(files), len(recorded_files(settings)), entries[-1].hash if entries else "", tuple(notes))


def _archive_problems(settings: Settings, entries: list[Entry]) -> list[str]:
    problems = []
    delivered = {
        entry.details["file_sha256"]: f"the archived copy of {entry.details['file_name']} (load {entry.details['load_id']}, "
        for entry in entries
        if entry.event == LOAD
    }
    for sha256, name in delivered.items():
        path = archived_path(settings.archive, sha256)
        problems += [] if path.exists() else [f"{name}{path}) is gone"]
    for path in sorted(path for path in settings.archive.glob("*/*") if path.is_file()):
        if fingerprint(path) != path.name or path.parent.name != path.name[:2]:
            problems.append(f"{delivered.get(path.name, '(')}{path}) was changed")
    return problems


def _parse_problems(settings: Settings, entries: list[Entry]) -> list[str]:
    """What dbt has parsed decides which tests a build makes: it must be what the ledger was told of once."""
    known: dict[str, set[str]] = {}
    for entry in entries:
        if entry.event == PARSED:
            for name, sha256 in entry.details["files"].items():
                known.setdefault(name, set()).add(sha256)
    paths = {name: settings.dbt_target / name for name in known}
    return [f"{path} was changed" for name, path in paths.items() if path.exists() and fingerprint(path) not in known[name]]


def _release_problems(settings: Settings, entries: list[Entry]) -> Iterator[str]:
    """Releases that nobody asked for, or that who asked approved."""
    asked: dict[str, Entry] = {}
    for entry in entries:
        if entry.event == RELEASE_ASKED:
            asked[entry.details["candidate_id"]] = entry
        elif entry.event == RELEASED:
            request = asked.pop(entry.details["candidate_id"], None)
            if request is None or request.by == entry.by:
                yield f"{settings.ledger} line {entry.number}: a release that no other person had asked for"


def _manifest_problems(settings: Settings, entries: list[Entry]) -> Iterator[str]:
    """Manifests whose inputs, candidate or date are not what the ledger tells."""
    published = {entry.details["publication_id"]: entry for entry in entries if entry.event == PUBLISHED}
    for publication_id in recorded_files(settings):
        # As they were told by then: an upgrade tells of loads anew.
        told = told_loads(entry for entry in entries if entry.number <= published[publication_id].number)
        path = settings.publications / publication_id / MANIFEST
        if path.exists():
            manifest = json.loads(path.read_text(encoding="utf-8"))
            known = {number: load for number, load in told.items() if number <= manifest["known_through"]}
            if {load["load_id"]: load for load in manifest["inputs"]} != known:
                yield f"{path} names other inputs than the loads that the ledger tells of"
            if _candidate_of(manifest).candidate_id != published[publication_id].details["candidate_id"]:
                yield f"{path} is of another candidate than the verdict that the ledger tells of"
            if manifest["published_at"] > published[publication_id].at:
                yield f"{settings.ledger} line {published[publication_id].number} is of a time before its own publication"


def _candidate_of(manifest: dict[str, Any]) -> Candidate:
    marts = {name: mart["content_hash"] for name, mart in manifest["marts"].items()}
    as_of_date = date.fromisoformat(manifest["as_of_date"])
    return Candidate(as_of_date, manifest["known_through"], marts, manifest["policy_hashes"])


def _served_problems(settings: Settings, entries: list[Entry]) -> Iterator[str]:
    """What BI reads must be the publication that the ledger tells of last, all of it."""
    told, recorded = told_serving(entries), recorded_files(settings)
    if told is None:
        if settings.serving_database.exists():
            yield f"{settings.serving_database} is none of the publications that the ledger tells of"
        return
    pointed = shown_id(settings)
    shown = pointed or told.publication_id
    if shown != told.publication_id and (told.is_done or shown not in recorded):
        yield f"{settings.published} shows {shown}; the ledger tells that BI reads {told.publication_id}"
    if pointed is None and not told.is_done:
        return
    yield from serving_problems(settings, recorded.get(shown, {}))


def _working_problems(settings: Settings, told: dict[int, Any]) -> list[str]:
    """Raw rows and policy of the working database, against what the ledger tells of them."""
    try:
        with duckdb.connect(str(settings.working_database), read_only=True) as con:
            schemas = {name for (name,) in con.execute("select distinct schema_name from duckdb_tables()").fetchall()}
            problems = raw_problems(con, told) if "raw" in schemas else []
            used = policies_used(settings) if "policy" in schemas else {}
            built = version_hashes(con, "policy", "policy_version") if used else {}
            changed = changed_policies(con, {version: entry for version, entry in used.items() if version in built})
    except duckdb.Error as error:
        return [f"{settings.working_database} cannot be read: {str(error).splitlines()[0]}"]
    return problems + [f"policy version {told}" for told in changed.values()]


def _built_problems(settings: Settings, entries: list[Entry]) -> list[str]:
    """Marts and policy of the working database, against the last verdict, where nothing has been built or begun since."""
    verdict = next((entry for entry in reversed(entries) if entry.event == VERDICT), None)
    ended = next((entry for entry in reversed(entries) if entry.event == REFRESH), None)
    is_last = verdict and ended and not any(e.number > verdict.number and e.event in BEGUN for e in entries)
    if not (verdict and ended and is_last and ended.number > verdict.number) or holder(settings)[0]:
        return []
    if len([entry for entry in entries if entry.event == REFRESH and entry.number > verdict.number]) > 1:
        return []
    with duckdb.connect(str(settings.working_database), read_only=True) as con:
        found = {schema: combined_hash(sorted(table_hashes(con, schema).items())) for schema in ("marts", "policy")}
    told = {"marts": verdict.details["mart_hash"], "policy": verdict.details["policy_hash"]}
    if verdict.details["project_state"] != project_state(settings):
        del told["policy"]
    return [
        f"schema {schema} of {settings.working_database} was changed since the verdict of {verdict.at} UTC"
        for schema, sha256 in told.items()
        if found[schema] != sha256
    ]
