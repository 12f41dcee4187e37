"""Publication: an immutable set of marts with its manifest, and the atomic switch of what BI reads.

A publication is built beside the published set and verified before the switch, so that whatever happens BI sees the old set or
the new one, whole.
"""

import json
import os
import shutil
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from ingestion.archive import fingerprint
from ingestion.errors import DataRefusedError
from ingestion.sql import literal, quoted, whole_number
from orchestration.audit.record import (
    PUBLISHED,
    PUBLISHED_AGAIN,
    RELEASED,
    REMOVED,
    VERDICT,
    file_hashes,
    loads_as_told,
    newly_decided,
    newly_used,
    record,
    recorded_files,
)
from orchestration.publication.candidate import Candidate
from orchestration.publication.fingerprint import combined_hash, table_hashes
from orchestration.publication.marts import Mart, read_marts
from orchestration.publication.serving import published_id, published_manifest
from orchestration.quality.evidence import write_json
from orchestration.quality.gate import Verdict, judge
from orchestration.settings import PROJECT_ROOT, Settings

DATABASE = "receivables.duckdb"
MANIFEST = "manifest.json"
# Of a publication's manifest, what the ledger is told.
TOLD = (
    "publication_id", "candidate_id", "content_hash", "as_of_date", "known_through", "code_commit", "lock_sha256",
    "policy_versions", "warnings",
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
    """Leave to publish over what blocks: who asks, who else approves, and why."""

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
    if not verdict.is_passed:
        if release is None:
            raise PublicationRefusedError(
                "The gate refused to publish:\n" + "\n".join(f"  - {problem}" for problem in verdict.blocking),
                "correct the data or the policy and run the refresh again; the last published set is untouched",
            )
        record(settings, published_at, (RELEASED, {"candidate_id": candidate.candidate_id, **asdict(release)}))
        flagged = tuple(f"{problem} ({release})" for problem in verdict.blocking)
        verdict = Verdict((), (*flagged, *verdict.warnings), verdict.check_count)
    target = settings.publications / candidate.publication_id
    is_whole = is_as_recorded(settings, target)
    if is_whole and is_served(settings, target):
        return Publication(candidate.publication_id, is_new=False, warnings=verdict.warnings)
    if not is_whole:
        manifest = _build(settings, candidate, verdict, target, published_at, commit)
        # Told before the switch: whatever BI may see, the ledger knows.
        record(
            settings,
            published_at,
            (PUBLISHED, {key: manifest[key] for key in TOLD} | {"files": file_hashes(target)}),
            *newly_used(settings, candidate.publication_id, candidate.as_of_date),
            *newly_decided(settings, candidate.publication_id),
        )
    else:
        record(settings, published_at, (PUBLISHED_AGAIN, {"publication_id": target.name}))
    switch(settings, target)
    _forget_old(settings, published_at)
    return Publication(candidate.publication_id, is_new=True, warnings=verdict.warnings)


def kept_folders(settings: Settings) -> dict[str, Path]:
    """Folder of each publication that is kept, by id."""
    return {path.parent.name: path.parent for path in settings.publications.glob(f"*/{MANIFEST}")}


def required_folder(settings: Settings, publication_id: str) -> Path:
    """Folder of a publication; refused when it is not kept."""
    kept = kept_folders(settings)
    if publication_id not in kept:
        raise DataRefusedError(f"No publication {publication_id} is kept.", "choose one that `receivables publications` lists")
    return kept[publication_id]


def is_as_recorded(settings: Settings, target: Path) -> bool:
    """Whether a publication's folder holds what the ledger tells of it, file by file."""
    recorded = recorded_files(settings).get(target.name)
    return recorded is not None and file_hashes(target) == recorded


def is_served(settings: Settings, target: Path) -> bool:
    """Whether BI reads just this publication."""
    served = settings.serving_database
    return served.exists() and fingerprint(served) == fingerprint(target / DATABASE)


def tell_verdict(settings: Settings, candidate: Candidate, at: datetime) -> None:
    """Have the ledger know what the gate says of a candidate."""
    told = {"candidate_id": candidate.candidate_id, "as_of_date": candidate.as_of_date, **asdict(judge(settings, candidate))}
    record(settings, at, (VERDICT, told))


def _build(
    settings: Settings, candidate: Candidate, verdict: Verdict, target: Path, published_at: datetime, commit: str | None
) -> dict[str, Any]:
    """Write a publication's files in a folder of their own and move it into place whole; gives its manifest.

    The copies are hashed, not the originals: whatever became of the working database, what is published is what was checked.
    """
    part = target.with_name(target.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    manifest = _manifest(settings, candidate, verdict, published_at, commit)
    with duckdb.connect(str(part / DATABASE)) as con:
        con.execute("set enable_progress_bar = false")
        con.execute(f"attach {literal(str(settings.working_database))} as working (read_only)")
        con.execute("create schema marts")
        for mart in read_marts(settings.dbt_target / "manifest.json"):
            _copy_mart(con, mart)
            con.execute(f"copy marts.{quoted(mart.name)} to {literal(str(part / mart.name))} (format parquet)")
        con.execute("detach working")
        hashes = table_hashes(con, "marts")
        if hashes != candidate.mart_hashes:
            raise PublicationRefusedError(
                "The working database no longer holds the candidate that the evidence is of.", "run the refresh again"
            )
        _describe_publication(con, manifest)
        con.execute("checkpoint")
    (part / "parquet").mkdir()
    for name in candidate.mart_hashes:
        (part / name).replace(part / "parquet" / f"{name}.parquet")
    write_json(part / MANIFEST, manifest)
    for file in (part / DATABASE, *(part / "parquet").iterdir()):
        _sync(file)
        file.chmod(0o444)
    shutil.rmtree(target, ignore_errors=True)
    part.replace(target)
    return manifest


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
    con.execute(
        "create table marts.dim_publication (publication_id varchar, as_of_date date, published_at timestamp, "
        "has_warnings boolean, warnings varchar, code_commit varchar, manifest varchar)"
    )
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


def _manifest(
    settings: Settings, candidate: Candidate, verdict: Verdict, published_at: datetime, commit: str | None
) -> dict[str, Any]:
    """What the publication is and came from."""
    with duckdb.connect(str(settings.working_database)) as con:
        inputs = loads_as_told(con)
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
        "inputs": inputs,
        "control_totals": [{"company": c, "currency": k, "outstanding_amount": amount} for c, k, amount in totals],
        "marts": {name: {"content_hash": candidate.mart_hashes[name], "rows": rows[name]} for name in rows},
        "checks_passed": verdict.check_count - len(verdict.warnings),
        "warnings": list(verdict.warnings),
        "previous_publication": previous and {key: previous[key] for key in ("publication_id", "content_hash")},
    }


def switch(settings: Settings, target: Path) -> None:
    """Point BI at a publication: the serving file is replaced in one step, and so is the link to its Parquet files."""
    settings.published.mkdir(parents=True, exist_ok=True)
    copy = settings.published / f".{DATABASE}.part"
    shutil.copyfile(target / DATABASE, copy)
    _sync(copy)
    copy.replace(settings.serving_database)
    link = settings.published / ".parquet.part"
    link.unlink(missing_ok=True)
    link.symlink_to(os.path.relpath(target / "parquet", settings.published))
    link.replace(settings.published / "parquet")


def _forget_old(settings: Settings, at: datetime) -> None:
    """Remove all but the last publications, never the one that BI reads; the ledger is told before."""
    folders = kept_folders(settings).values()
    newest_first = sorted(folders, key=lambda folder: ((folder / MANIFEST).stat().st_mtime, folder.name), reverse=True)
    current = published_id(settings)
    old = [folder for folder in newest_first[settings.kept_publications :] if folder.name != current]
    record(settings, at, *((REMOVED, {"publication_id": folder.name}) for folder in old))
    for folder in old:
        shutil.rmtree(folder)


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
