"""What the ledger is told: loads, verdicts, policy in use, decisions on rows, publications, removals, releases and rollbacks."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from ingestion.archive import fingerprint
from orchestration.audit.ledger import Entry, Event, Ledger
from orchestration.publication.fingerprint import version_hashes
from orchestration.publication.serving import fetched
from orchestration.settings import Settings

LOAD, POLICY_USED, PUBLISHED, REMOVED = "load", "policy_used", "published", "publication_removed"
ROW_DECIDED = "row_decided"
PUBLISHED_AGAIN, ROLLED_BACK, RELEASED, VERDICT, REFRESH = "published_again", "rolled_back", "released", "verdict", "refresh"
DECISIONS = """
    select table_name, file_sha256, line_number, status_code, corrected_values, decided_by, approver, decision_reason, decided_on
    from marts.fct_quarantined_rows where decided_by is not null order by load_id, line_number"""


def record(settings: Settings, at: datetime, *events: Event) -> None:
    """Add events to the home's ledger, by the user of the settings."""
    Ledger(settings.ledger).append(at, settings.user, events)


def record_loads(settings: Settings, at: datetime) -> list[dict[str, Any]]:
    """Add every load that the ledger does not know yet, also those of a refresh that was killed before it could; gives them."""
    known = {entry.details["load_id"] for entry in Ledger(settings.ledger).entries() if entry.event == LOAD}
    with duckdb.connect(str(settings.working_database)) as con:
        loads = [load for load in loads_as_told(con) if load["load_id"] not in known]
    record(settings, at, *((LOAD, load) for load in loads))
    return loads


def loads_as_told(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Every load of the working database, as the ledger and a manifest tell of it.

    `delivery`: the loads of the delivery that the load was made for, those of earlier deliveries among them.
    """
    names = (
        "load_id", "table_name", "profile_name", "mapping_number", "file_name", "file_sha256", "delivered_row_count",
        "loaded_row_count", "quarantined_row_count", "closed_row_count", "delivery", "loaded_at", "landed_at",
    )  # fmt: skip
    rows = con.execute(
        f"""with deliveries as (
            select delivery_id, list(load_id order by load_id) as delivery from raw.deliveries group by delivery_id
        ),
        made_for as (select load_id, min(delivery_id) as delivery_id from raw.deliveries group by load_id)
        select {", ".join(names)}
        from raw.loads left join made_for using (load_id) left join deliveries using (delivery_id) order by load_id"""
    ).fetchall()
    return [{**dict(zip(names, row, strict=True)), "loaded_at": str(row[-2]), "landed_at": str(row[-1])} for row in rows]


def policies_used(settings: Settings) -> dict[str, Entry]:
    """First use of each policy version in a publication, by version."""
    used: dict[str, Entry] = {}
    for entry in Ledger(settings.ledger).entries():
        if entry.event == POLICY_USED:
            used.setdefault(entry.details["policy_version"], entry)
    return used


def policies_now(settings: Settings) -> dict[str, str]:
    """Content hash of each policy version as the working database holds it."""
    with duckdb.connect(str(settings.working_database)) as con:
        return version_hashes(con, "policy", "policy_version")


def newly_used(settings: Settings, publication_id: str, as_of_date: date) -> Iterator[Event]:
    """An event for each policy version in force by the as-of date that no earlier publication used."""
    used, hashes = policies_used(settings), policies_now(settings)
    with duckdb.connect(str(settings.working_database)) as con:
        versions = con.execute(
            "select policy_version, policy_area, author, approver from policy.policy_versions "
            "where effective_from <= ? order by policy_version",
            [as_of_date],
        ).fetchall()
    for version, area, author, approver in versions:
        if version not in used:
            who = {"author": author, "approver": approver, "publication_id": publication_id}
            yield POLICY_USED, {"policy_version": version, "policy_area": area, "content_hash": hashes[version], **who}


def newly_decided(settings: Settings, publication_id: str) -> Iterator[Event]:
    """An event for each quarantined line whose decision no earlier publication used as it stands now."""
    told = [dict(entry.details) for entry in Ledger(settings.ledger).entries() if entry.event == ROW_DECIDED]
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
    for entry in Ledger(settings.ledger).entries():
        if entry.event == PUBLISHED:
            kept[entry.details["publication_id"]] = entry.details["files"]
        elif entry.event == REMOVED:
            kept.pop(entry.details["publication_id"], None)
    return kept
