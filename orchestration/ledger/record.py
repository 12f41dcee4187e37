"""What the ledger is told with a publication, and what it tells of policy in use and of files that are kept."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import duckdb

from ingestion.archive import fingerprint
from ingestion.sql import fetched
from orchestration.ledger.events import POLICY_USED, PUBLISHED, REMOVED, ROW_DECIDED, UPGRADED
from orchestration.ledger.fingerprint import keyed_columns, version_hashes
from orchestration.ledger.ledger import Entry, Event, Ledger
from orchestration.settings import Settings

# What a publication's manifest is called, and what a folder's name ends in until the publication is whole and told.
MANIFEST, PART = "manifest.json", ".part"
DECISIONS = """
    select table_name, file_sha256, line_number, status_code, corrected_values, decided_by, approver, decision_reason, decided_on
    from marts.fct_quarantined_rows where decided_by is not null order by load_id, line_number"""


def policies_used(settings: Settings) -> dict[str, Entry]:
    """First use of each policy version with the columns that it has, by version; since an upgrade, which may change them."""
    used: dict[str, Entry] = {}
    for entry in Ledger(settings.ledger).proven():
        if entry.event == POLICY_USED:
            used[entry.details["policy_version"]] = entry
        elif entry.event == UPGRADED:
            used.clear()
    return used


def changed_policies(con: duckdb.DuckDBPyConnection, used: Mapping[str, Entry]) -> dict[str, str]:
    """Versions that say other than when they were used, in the columns that there were then, with words for each."""
    hashes: dict[str, dict[str, str]] = {}
    changed = {}
    for version, entry in used.items():
        told = entry.details.get("columns")
        if str(told) not in hashes:
            hashes[str(told)] = version_hashes(con, "policy", "policy_version", told)
        if hashes[str(told)].get(version) != entry.details["content_hash"]:
            changed[version] = f"{version} says other than when publication {entry.details['publication_id']} used it"
    return changed


def newly_used(settings: Settings, publication_id: str, as_of_date: date) -> Iterator[Event]:
    """An event for each policy version in force by the as-of date that no earlier publication used, or with fewer columns."""
    used = policies_used(settings)
    with duckdb.connect(str(settings.working_database)) as con:
        columns, hashes = keyed_columns(con, "policy", "policy_version"), version_hashes(con, "policy", "policy_version")
        versions = con.execute(
            "select policy_version, policy_area, author, approver from policy.policy_versions "
            "where effective_from <= ? order by policy_version",
            [as_of_date],
        ).fetchall()
    for version, area, author, approver in versions:
        if version not in used or used[version].details.get("columns") != columns:
            who = {"author": author, "approver": approver, "publication_id": publication_id}
            told = {"policy_version": version, "policy_area": area, "content_hash": hashes[version], "columns": columns}
            yield POLICY_USED, {**told, **who}


def newly_decided(settings: Settings, publication_id: str) -> Iterator[Event]:
    """An event for each quarantined line whose decision no earlier publication used as it stands now."""
    told = [dict(entry.details) for entry in Ledger(settings.ledger).proven() if entry.event == ROW_DECIDED]
    known = [{name: value for name, value in details.items() if name != "publication_id"} for details in told]
    with duckdb.connect(str(settings.working_database)) as con:
        columns, rows = fetched(con, DECISIONS)
    for row in rows:
        decision = {**dict(zip(columns, row, strict=True)), "decided_on": str(row[-1])}
        if decision not in known:
            yield ROW_DECIDED, {**decision, "publication_id": publication_id}


def file_hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a publication, by its path within."""
    return {path.relative_to(folder).as_posix(): fingerprint(path) for path in sorted(folder.rglob("*")) if path.is_file()}


def recorded_files(settings: Settings) -> dict[str, dict[str, str]]:
    """Files and hashes of each publication that is kept, by id, as the ledger last told them."""
    kept: dict[str, dict[str, str]] = {}
    for entry in Ledger(settings.ledger).proven():
        if entry.event == PUBLISHED:
            kept[entry.details["publication_id"]] = entry.details["files"]
        elif entry.event == REMOVED:
            kept.pop(entry.details["publication_id"], None)
    return kept
