"""Loading archived files again, in their order and under the names and numbers that they had."""

import shutil
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from ingestion.archive import archived_path
from ingestion.contract import load_contracts
from ingestion.deliveries import delivered_file
from ingestion.errors import DataRefusedError
from ingestion.loader import load_again as load_file_again
from ingestion.profile import load_profile
from ingestion.warehouse import create_raw_tables, open_working
from orchestration.audit.ledger import Ledger
from orchestration.audit.record import LOAD
from orchestration.settings import Settings


def restore_working_database(settings: Settings) -> tuple[int, Path | None]:
    """A new working database with every load that the ledger tells of: their count, and where the old database was put."""
    entries = [entry.details for entry in Ledger(settings.ledger).entries() if entry.event == LOAD]
    if not entries:
        raise DataRefusedError(f"{settings.ledger} tells of no load.", "refresh from the senders' files")
    fresh = settings.working_database.with_suffix(".restoring")
    fresh.unlink(missing_ok=True)
    with open_working(fresh, settings.memory_limit) as con:
        load_again(con, settings.archive, settings.home / "restoring", entries)
    old = _put_aside(settings.working_database) if settings.working_database.exists() else None
    fresh.replace(settings.working_database)
    return len(entries), old


def load_again(con: duckdb.DuckDBPyConnection, archive: Path, folder: Path, entries: Iterable[Mapping[str, Any]]) -> None:
    """Load archived files into an empty database. Refused when one is gone or is not the load that it was.

    `entries`: load_id, table_name, profile_name, mapping_number, file_name, file_sha256, delivery, loaded_at and landed_at of
    each load. `folder`: for one file at a time, under the name that it was delivered with.
    """
    create_raw_tables(con)
    contracts = load_contracts()
    for entry in sorted(entries, key=lambda entry: int(entry["load_id"])):
        source = archived_path(archive, entry["file_sha256"])
        if not source.exists():
            raise DataRefusedError(f"The archived copy of {entry['file_name']} ({source}) is gone.", "restore it from a backup")
        delivered = (folder / entry["file_name"]).resolve()
        if not delivered.is_relative_to(folder.resolve()):
            raise DataRefusedError(f"{entry['file_name']} is no name of a delivered file.", "run `receivables audit verify`")
        delivered.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, delivered)
        contract, profile = contracts[entry["table_name"]], load_profile(entry["profile_name"])
        file = delivered_file(contract, profile, folder, delivered, entry.get("mapping_number"))
        at = datetime.fromisoformat(entry["loaded_at"])
        members = entry.get("delivery") or [entry["load_id"]]
        if file is None or load_file_again(con, contract, profile, file, archive, at, members).load_id != entry["load_id"]:
            raise DataRefusedError(
                f"{entry['file_name']} was load {entry['load_id']} of {entry['table_name']} and is not any more.",
                f"profile {entry['profile_name']} or the table's contract has changed since: check out the commit that loaded it",
            )
        con.execute("update raw.loads set landed_at = ? where load_id = ?", [entry["landed_at"], entry["load_id"]])
        delivered.unlink()
    shutil.rmtree(folder, ignore_errors=True)


def _put_aside(database: Path) -> Path:
    """Keep the old file beside, under the first name that is free, and its write-ahead log, which must not meet the new one."""
    number = 1
    while (aside := database.with_suffix(f".damaged-{number}")).exists():
        number += 1
    log = database.with_name(f"{database.name}.wal")
    if log.exists():
        log.replace(aside.with_name(f"{aside.name}.wal"))
    return database.replace(aside)
