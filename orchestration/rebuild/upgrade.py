"""`receivables upgrade`: a home that an earlier release made, told of as this one tells of homes. Nothing published changes.

An earlier release did not tell the ledger what raw held of each load. Its archive is proven by the hashes that were told, so each
file is read from it again, compared with what raw held, and told of as this release reads it.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from ingestion.archive import archived_path, fingerprint
from ingestion.contract import load_contracts
from ingestion.errors import DataRefusedError
from ingestion.warehouse import LINEAGE_COLUMNS, open_working
from orchestration.ledger.events import EVIDENCE, UPGRADED, record
from orchestration.ledger.ledger import Ledger
from orchestration.ledger.record import policies_used
from orchestration.quality.evidence import untold_evidence
from orchestration.quality.raw import digests, is_told_in_full, load_contents, loads_as_told, told_loads
from orchestration.rebuild.restore import load_again, put_aside, reader_fingerprint
from orchestration.settings import Settings, code_commit

Digests = dict[int, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Upgrade:
    """What was read again: how many loads, those that read otherwise than raw held them (in words), and the old database."""

    load_count: int
    differing: tuple[str, ...]
    old: Path | None


def upgrade_home(settings: Settings, at: datetime) -> Upgrade:
    """Load the archive into a new working database and tell the ledger. Refused when the home is of this release already."""
    entries = Ledger(settings.ledger).proven()
    told = told_loads(entries)
    if all(is_told_in_full(load) for load in told.values()):
        raise DataRefusedError(f"{settings.home} is as this release makes it.", "nothing is to be done: refresh as usual")
    _refuse_changed_archive(settings, told)
    fresh = settings.working_database.with_suffix(".upgrading")
    fresh.unlink(missing_ok=True)
    with open_working(fresh, settings.memory_limit) as con:
        load_again(con, settings.archive, settings.home / "restoring", told.values())
        contents, reader = load_contents(con), reader_fingerprint()
        differing = _differing(con, settings, told)
        loads = [
            {**load, "content_hash": contents.get(load["load_id"], ""), "reader_sha256": reader} for load in loads_as_told(con)
        ]
    old = put_aside(settings.working_database) if settings.working_database.exists() else None
    record(
        settings,
        at,
        *((EVIDENCE, {"place": place, "files": files}) for place, files in untold_evidence(settings, entries).items()),
        (UPGRADED, _told(settings, loads, differing)),
    )
    fresh.replace(settings.working_database)
    return Upgrade(len(loads), tuple(differing.values()), old)


def _told(settings: Settings, loads: list[dict[str, Any]], differing: Mapping[int, str]) -> dict[str, Any]:
    """What the ledger is told: the loads as they read now, which of them read otherwise before, and policy that may differ."""
    return {
        "code_commit": code_commit(),
        "loads": loads,
        "read_otherwise": sorted(differing),
        "policy_versions": sorted(policies_used(settings)),
    }


def _refuse_changed_archive(settings: Settings, told: Mapping[int, Mapping[str, Any]]) -> None:
    for load_id, load in told.items():
        path = archived_path(settings.archive, load["file_sha256"])
        if not path.exists() or fingerprint(path) != load["file_sha256"]:
            raise DataRefusedError(
                f"The archived copy of {load['file_name']} (load {load_id}, {path}) is gone or was changed.",
                "restore it from a backup, then run this again",
            )


def _differing(con: duckdb.DuckDBPyConnection, settings: Settings, told: Mapping[int, Mapping[str, Any]]) -> dict[int, str]:
    """Loads of whose rows the old working database held others than the archive gives now, in words."""
    if not settings.working_database.exists():
        return {}
    with open_working(settings.working_database, settings.memory_limit) as old:
        before, now = _rows(old, _shared_columns(old, con)), _rows(con, _shared_columns(old, con))
    return {
        load_id: f"{load['file_name']} (load {load_id} of {load['table_name']})"
        for load_id, load in sorted(told.items())
        if before.get(load_id) != now.get(load_id)
    }


def _shared_columns(old: duckdb.DuckDBPyConnection, new: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    """Columns that a raw table has in both databases, by table."""
    columns = [_columns(con) for con in (old, new)]
    return {name: columns[0][name] & columns[1][name] for name in columns[0].keys() & columns[1].keys()}


def _columns(con: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    rows = con.execute("select table_name, column_name from duckdb_columns() where schema_name = 'raw'").fetchall()
    for table, column in rows:
        found[table].add(column)
    return {contract.raw_name: found[contract.raw_name] for contract in load_contracts().values()}


def _rows(con: duckdb.DuckDBPyConnection, shared: Mapping[str, set[str]]) -> Digests:
    """What raw holds of each load in the columns that both databases have; rows that people corrected are left out."""
    result: Digests = defaultdict(list)
    for table, columns in sorted(shared.items()):
        if columns:
            left_out = (_columns(con)[table] - columns) | (set(LINEAGE_COLUMNS) - {"_line_number"})
            corrected = "_is_corrected is not true" if "_is_corrected" in columns else "true"
            for load_id, *digest in digests(con, table, "_load_id", left_out, corrected):
                result[load_id].append((table, *digest))
    return result
