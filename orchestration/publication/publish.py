"""Publication: an immutable set of marts with its manifest, and the atomic switch of what BI reads.

A publication is built beside the published set and verified before the switch, so that whatever happens BI sees the old set or
the new one, whole.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from ingestion.archive import fingerprint
from ingestion.errors import DataRefusedError, NameRefusedError
from ingestion.sql import literal, quoted, whole_number
from orchestration.ledger.events import PUBLISHED, PUBLISHED_AGAIN, RELEASED, REMOVED, SERVED, VERDICT, record
from orchestration.ledger.files import write_json
from orchestration.ledger.fingerprint import combined_hash, table_hashes
from orchestration.ledger.ledger import Entry, Ledger
from orchestration.ledger.record import MANIFEST, PART, file_hashes, newly_decided, newly_used, recorded_files
from orchestration.project.candidate import Candidate
from orchestration.project.manifest import proven_manifest
from orchestration.project.marts import Mart, read_marts
from orchestration.publication.serving import (
    DATABASE,
    PARQUET,
    published_id,
    published_manifest,
    serving_problems,
    shown_id,
    switch,
    synced,
    told_serving,
)
from orchestration.quality.gate import Verdict, judge, told_verdict
from orchestration.quality.raw import told_loads
from orchestration.settings import PROJECT_ROOT, Settings

PUBLICATION_TABLE = "dim_publication"
PUBLICATION_COLUMNS = {
    "publication_id": ("varchar", "As-of date and the start of the candidate's fingerprint: the publication's name."),
    "as_of_date": ("date", "Date that the figures are as of."),
    "published_at": ("timestamp", "When the run that published began, in UTC."),
    "has_warnings": ("boolean", "Whether checks that do not block found something, or two people released it over what does."),
    "warnings": ("varchar", "These warnings in words, one after another; empty where there is none."),
    "code_commit": ("varchar", "Commit of the code, ending in -dirty where files differed from it; null outside of a checkout."),
    "manifest": ("varchar", "All that is recorded of the publication, as JSON: inputs, policy, hash and rows of each mart."),
}
# Of a publication's manifest, what the ledger is told.
TOLD = (
    "publication_id", "candidate_id", "content_hash", "as_of_date", "known_through", "code_commit", "lock_sha256",
    "project_state", "policy_versions", "warnings",
)  # fmt: skip


class PublicationRefusedError(DataRefusedError):
    """The gate's refusal: what blocks, and that the last published set is untouched."""


@dataclass(frozen=True)
class Publication:
    """What was published: its id, whether it is new, and the warnings that it carries."""

    publication_id: str
    is_new: bool
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Release:
    """Leave to publish over what blocks: who asked, who else approved, and why."""

    requested_by: str
    approved_by: str
    reason: str

    def __str__(self) -> str:
        return f"released by {self.requested_by} and {self.approved_by}: {self.reason}"


def publish(
    settings: Settings, candidate: Candidate, published_at: datetime, commit: str | None, release: Release | None = None
) -> Publication:
    """Publish a candidate that the gate passes or two people release over what blocks; PublicationRefusedError otherwise."""
    verdict = judge(settings, candidate)
    _refuse_another_verdict(settings, candidate, verdict)
    if not verdict.is_passed:
        if release is None:
            raise PublicationRefusedError(
                "The gate refused to publish:\n" + "\n".join(f"  - {problem}" for problem in verdict.blocking),
                "correct the data or the policy and run the refresh again; the last published set is untouched",
            )
        record(settings, published_at, (RELEASED, {"candidate_id": candidate.candidate_id, **asdict(release)}))
        flagged = tuple(f"{problem} ({release})" for problem in verdict.blocking)
        verdict = replace(verdict, blocking=(), warnings=(*flagged, *verdict.warnings))
    target = settings.publications / candidate.publication_id
    is_whole = is_as_recorded(settings, target)
    if is_whole and is_served(settings, target):
        return Publication(candidate.publication_id, is_new=False, warnings=verdict.warnings)
    if not is_whole:
        _build(settings, candidate, verdict, target, published_at, commit)
    else:
        record(settings, published_at, (PUBLISHED_AGAIN, {"publication_id": target.name}))
    serve(settings, target, published_at)
    _forget_old(settings, published_at)
    return Publication(candidate.publication_id, is_new=True, warnings=verdict.warnings)


def _refuse_another_verdict(settings: Settings, candidate: Candidate, verdict: Verdict) -> None:
    """Refuse a candidate on which the ledger tells no verdict, or one that rests on other evidence than stands there now."""
    told = told_verdict(Ledger(settings.ledger).proven(), candidate.candidate_id)
    now = json.loads(json.dumps(asdict(verdict)))
    if told is None:
        problem = f"The ledger tells of no verdict on candidate {candidate.candidate_id}."
    elif differing := [name for name, value in now.items() if told.get(name) != value]:
        problem = f"The verdict on candidate {candidate.candidate_id} was made on other {', '.join(differing)} than stand now."
    else:
        return
    raise PublicationRefusedError(problem, "run the whole refresh again; the last published set is untouched")


def serve(settings: Settings, target: Path, at: datetime) -> None:
    """Have BI read a publication, and the ledger know that it does. What is to be read was told before."""
    switch(settings, target)
    record(settings, at, (SERVED, {"publication_id": target.name}))


def heal_serving(settings: Settings, at: datetime) -> list[str]:
    """Bring what BI reads to what the ledger tells, after a kill in between or another hand; gives what was found, in words."""
    _finish_move(settings)
    told = told_serving(Ledger(settings.ledger).proven())
    recorded = recorded_files(settings).get(told.publication_id) if told else None
    if told is None or recorded is None:
        return []
    problems = list(serving_problems(settings, recorded))
    if shown_id(settings) != told.publication_id:
        problems.append(f"{settings.published} shows another publication than {told.publication_id}, which the ledger tells of")
    target = settings.publications / told.publication_id
    if (problems or not told.is_done) and is_as_recorded(settings, target):
        serve(settings, target, at)
    return problems if told.is_done else []


def _finish_move(settings: Settings) -> None:
    """Put in place the publication that the ledger knows and a kill left under its first name."""
    for name in recorded_files(settings):
        part, target = settings.publications / f"{name}{PART}", settings.publications / name
        if not target.exists() and is_as_recorded(settings, part, name):
            part.replace(target)


def kept_folders(settings: Settings) -> dict[str, Path]:
    """Folder of each publication that is kept, by id."""
    return {path.parent.name: path.parent for path in settings.publications.glob(f"*/{MANIFEST}")}


def required_folder(settings: Settings, publication_id: str) -> Path:
    """Folder of a publication; refused when it is not kept."""
    kept = kept_folders(settings)
    if publication_id not in kept:
        raise NameRefusedError(f"No publication {publication_id} is kept.", "choose one that `receivables publications` lists")
    return kept[publication_id]


def is_as_recorded(settings: Settings, target: Path, publication_id: str | None = None) -> bool:
    """Whether a folder holds what the ledger tells of a publication [default: the one that it is named after], file by file."""
    recorded = recorded_files(settings).get(publication_id or target.name)
    return recorded is not None and file_hashes(target) == recorded


def is_served(settings: Settings, target: Path) -> bool:
    """Whether BI reads just this publication, all of it as it was recorded."""
    return shown_id(settings) == target.name and not any(serving_problems(settings, recorded_files(settings)[target.name]))


def publication_problems(settings: Settings, entries: list[Entry]) -> Iterator[str]:
    """Publications that the ledger tells of without a verdict that passed their candidate, or a release of it, before them."""
    passed: dict[str, bool] = {}
    for entry in entries:
        candidate_id = entry.details.get("candidate_id", "")
        if entry.event == VERDICT:
            passed[candidate_id] = not entry.details["blocking"]
        elif entry.event == RELEASED and candidate_id in passed:
            passed[candidate_id] = True
        elif entry.event == PUBLISHED and not passed.get(candidate_id):
            yield (
                f"{settings.ledger} line {entry.number}: {entry.details['publication_id']} was published without a verdict that "
                "passed it or a release by two people"
            )


def tell_verdict(settings: Settings, candidate: Candidate, at: datetime) -> None:
    """Have the ledger know what the gate says of a candidate, and on which evidence."""
    told = {"candidate_id": candidate.candidate_id, "as_of_date": candidate.as_of_date, **asdict(judge(settings, candidate))}
    record(settings, at, (VERDICT, told))


def _build(
    settings: Settings, candidate: Candidate, verdict: Verdict, target: Path, published_at: datetime, commit: str | None
) -> None:
    """Write a publication's files in a folder of their own, tell the ledger of them, and move the folder into place whole.

    The copies are hashed, not the originals: whatever became of the working database, what is published is what was checked.
    """
    part = target.with_name(target.name + PART)
    shutil.rmtree(part, ignore_errors=True)
    (part / PARQUET).mkdir(parents=True)
    manifest = _manifest(settings, candidate, verdict, published_at, commit)
    with duckdb.connect(str(part / DATABASE)) as con:
        con.execute("set enable_progress_bar = false")
        con.execute(f"attach {literal(str(settings.working_database))} as working (read_only)")
        con.execute("create schema marts")
        for mart in read_marts(proven_manifest(settings)):
            _copy_mart(con, mart)
            _write_parquet(con, mart.name, part)
        policy_hashes = table_hashes(con, "policy", "working")
        con.execute("detach working")
        if table_hashes(con, "marts") != candidate.mart_hashes or policy_hashes != candidate.policy_hashes:
            raise PublicationRefusedError(
                "The working database no longer holds the candidate that the evidence is of.", "run the refresh again"
            )
        _describe_publication(con, manifest)
        _write_parquet(con, PUBLICATION_TABLE, part)
        con.execute("checkpoint")
    write_json(part / MANIFEST, manifest)
    for file in (part / DATABASE, part / MANIFEST, *(part / PARQUET).iterdir()):
        synced(file)
        file.chmod(0o444)
    # Told before anybody can see it: whatever BI may see, the ledger knows.
    record(
        settings,
        published_at,
        (PUBLISHED, {key: manifest[key] for key in TOLD} | {"files": file_hashes(part)}),
        *newly_used(settings, candidate.publication_id, candidate.as_of_date),
        *newly_decided(settings, candidate.publication_id),
    )
    shutil.rmtree(target, ignore_errors=True)
    part.replace(target)


def _write_parquet(con: duckdb.DuckDBPyConnection, table: str, folder: Path) -> None:
    con.execute(f"copy marts.{quoted(table)} to {literal(str(folder / PARQUET / f'{table}.parquet'))} (format parquet)")


def _copy_mart(con: duckdb.DuckDBPyConnection, mart: Mart) -> None:
    """A mart as a plain table in the order of its grain, with its descriptions."""
    table = f"marts.{quoted(mart.name)}"
    order = ", ".join(quoted(column) for column in mart.grain)
    con.execute(f"create table {table} as select * from working.{table} order by {order}")
    con.execute(f"comment on table {table} is {literal(mart.description)}")
    for column, *_ in con.execute(f"describe {table}").fetchall():
        description = mart.columns.get(column, mart.other_columns) or ""
        con.execute(f"comment on column {table}.{quoted(column)} is {literal(description)}")


def _describe_publication(con: duckdb.DuckDBPyConnection, manifest: dict[str, Any]) -> None:
    """`marts.dim_publication`: the one row that says what this file is."""
    columns = ", ".join(f"{name} {sql_type}" for name, (sql_type, _) in PUBLICATION_COLUMNS.items())
    con.execute(f"create table marts.{PUBLICATION_TABLE} ({columns})")
    con.execute(
        "insert into marts.dim_publication values (?, ?, ?, ?, ?, ?, ?)",
        [
            manifest["publication_id"], manifest["as_of_date"], manifest["published_at"], bool(manifest["warnings"]),
            "; ".join(manifest["warnings"]), manifest["code_commit"], json.dumps(manifest, ensure_ascii=False, sort_keys=True),
        ],
    )  # fmt: skip
    con.execute(
        "comment on table marts.dim_publication is 'What this file is: the publication, its date, the warnings that it carries, "
        "and its manifest as JSON. One row.'"
    )
    for name, (_, description) in PUBLICATION_COLUMNS.items():
        con.execute(f"comment on column marts.{PUBLICATION_TABLE}.{name} is {literal(description)}")


def _manifest(
    settings: Settings, candidate: Candidate, verdict: Verdict, published_at: datetime, commit: str | None
) -> dict[str, Any]:
    """What the publication is and came from."""
    with duckdb.connect(str(settings.working_database)) as con:
        project_state = (con.execute("select project_state from raw.refresh").fetchone() or (None,))[0]
        policies = con.execute(
            "select policy_area, policy_version from marts.dim_policies where is_in_force order by policy_area"
        ).fetchall()
        totals = con.execute(
            "select company_code, currency_code, sum(outstanding_amount)::varchar from marts.fct_aging "
            "where as_of_date = ? group by all order by all",
            [candidate.as_of_date],
        ).fetchall()
        rows = {name: whole_number(con, f"select count(*) from marts.{quoted(name)}") for name in candidate.mart_hashes}
    previous = published_manifest(settings)
    return {
        "publication_id": candidate.publication_id,
        "candidate_id": candidate.candidate_id,
        "content_hash": combined_hash(sorted(candidate.mart_hashes.items())),
        "as_of_date": candidate.as_of_date.isoformat(),
        "known_through": candidate.known_through,
        "published_at": published_at.isoformat(sep=" ", timespec="seconds"),
        "code_commit": commit,
        "project_state": project_state,
        "lock_sha256": fingerprint(PROJECT_ROOT / "uv.lock"),
        "policy_versions": dict(policies),
        "policy_hashes": candidate.policy_hashes,
        "inputs": [dict(load) for _, load in sorted(told_loads(Ledger(settings.ledger).proven()).items())],
        "control_totals": [{"company": c, "currency": k, "outstanding_amount": amount} for c, k, amount in totals],
        "marts": {name: {"content_hash": candidate.mart_hashes[name], "rows": rows[name]} for name in rows},
        "checks_passed": verdict.check_count - len(verdict.warnings),
        "warnings": list(verdict.warnings),
        "previous_publication": previous and {key: previous[key] for key in ("publication_id", "content_hash")},
    }


def _forget_old(settings: Settings, at: datetime) -> None:
    """Remove all but the last publications by the ledger, never the one that BI reads; the ledger is told before."""
    entries = Ledger(settings.ledger).proven()
    published = {entry.details["publication_id"]: entry.number for entry in entries if entry.event == PUBLISHED}
    newest_first = sorted(kept_folders(settings).values(), key=lambda folder: published.get(folder.name, 0), reverse=True)
    current = published_id(settings)
    old = [folder for folder in newest_first[settings.kept_publications :] if folder.name != current]
    record(settings, at, *((REMOVED, {"publication_id": folder.name}) for folder in old))
    for folder in old:
        shutil.rmtree(folder)
