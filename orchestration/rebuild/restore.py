"""What the ledger is told of loads, and loading archived files again, in their order and under the names and numbers they had."""

import shutil
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from ingestion.archive import archived_path
from ingestion.contract import Contract, load_contracts
from ingestion.deliveries import delivered_file
from ingestion.errors import DataRefusedError
from ingestion.loader import load_again as load_file_again
from ingestion.profile import recorded_profile
from ingestion.warehouse import create_raw_tables, log_beside, number_after, open_working
from orchestration.ledger.events import LANDED, LOAD, RESTORED, record
from orchestration.ledger.fingerprint import files_hash
from orchestration.ledger.ledger import Entry, Ledger
from orchestration.quality.raw import is_told_in_full, load_contents, loads_as_told, told_loads
from orchestration.settings import PROJECT_ROOT, Settings

READING = (
    "casting.py", "contract.py", "deliveries.py", "formats.py", "loader.py", "notes.py", "profile.py", "readers.py", "texts.py",
    "workbook.py", "workbook_child.py",
)  # fmt: skip
# What decides what a file reads as: the same bytes under the same of these give the same rows.
HOW_READ = ("mapping_sha256", "reader_sha256")
CHANGED_SINCE = (
    "the code that reads files has changed since, or somebody changed what raw held: check out the commit that loaded it and run "
    "`receivables audit verify`"
)


def refuse_earlier_release(settings: Settings, entries: list[Entry]) -> None:
    """Refuse a home of whose loads the ledger was not told what this release tells of them."""
    untold = [load for load in told_loads(entries).values() if not is_told_in_full(load)]
    if untold:
        raise DataRefusedError(
            f"{settings.home} was made by an earlier release: the ledger was not told what {len(untold)} of its loads hold.",
            "run `receivables upgrade`: it reads every archived file again and tells the ledger; what is published stays",
        )


def restore_working_database(settings: Settings, at: datetime) -> tuple[int, list[str], Path | None]:
    """A new working database with every load that the ledger tells of.

    Gives their count, in words those that read otherwise by today's code or mapping, and where the old database was put.
    """
    entries = Ledger(settings.ledger).proven()
    refuse_earlier_release(settings, entries)
    told = told_loads(entries)
    if not told:
        raise DataRefusedError(f"{settings.ledger} tells of no load.", "refresh from the senders' files")
    fresh = settings.working_database.with_suffix(".restoring")
    fresh.unlink(missing_ok=True)
    with open_working(fresh, settings.memory_limit) as con:
        load_again(con, settings.archive, settings.home / "restoring", told.values())
        retold = _retold(con, told.values())
    old = put_aside(settings.working_database) if settings.working_database.exists() else None
    fresh.replace(settings.working_database)
    record(settings, at, (RESTORED, {"load_ids": sorted(told), "loads": retold}))
    return len(told), [f"{load['file_name']} (load {load['load_id']} of {load['table_name']})" for load in retold], old


def bring_back(settings: Settings, con: duckdb.DuckDBPyConnection, at: datetime) -> None:
    """Have an older or new working database catch up with the ledger, so that no load is forgotten and no number used twice.

    Refused when loads are missing from between others: that is no older state.
    """
    told = told_loads(Ledger(settings.ledger).proven())
    registered = {load_id for (load_id,) in con.execute("select load_id from raw.loads").fetchall()}
    missing = sorted(told.keys() - registered)
    if not missing:
        number_after(con, max(told, default=0))
        return
    if missing[0] < max(registered, default=0):
        raise DataRefusedError(
            f"{settings.working_database} lacks load {missing[0]} ({told[missing[0]]['file_name']}), which the ledger tells of.",
            "run `receivables restore`: it loads every archived file again; who took it out is for `receivables audit verify`",
        )
    load_again(con, settings.archive, settings.home / "restoring", [told[load_id] for load_id in missing])
    retold = _retold(con, [told[load_id] for load_id in missing])
    record(settings, at, (RESTORED, {"load_ids": missing, "loads": retold}))


def tell_loads(
    settings: Settings, con: duckdb.DuckDBPyConnection, contract: Contract, made_now: Collection[int], at: datetime
) -> None:
    """Tell the ledger of a table's loads that it does not know, each with the hash of what raw holds of it.

    Loads that a killed run left untold are read from the archive once more before anybody vouches for them.
    """
    told = told_loads(Ledger(settings.ledger).proven())
    untold = [load for load in loads_as_told(con) if load["table_name"] == contract.name and load["load_id"] not in told]
    if not untold:
        return
    contents, reader = load_contents(con, [contract.raw_name]), reader_fingerprint()
    loads = [{**load, "content_hash": contents.get(load["load_id"], ""), "reader_sha256": reader} for load in untold]
    if any(load["load_id"] not in made_now for load in loads):
        problems, _ = read_again(settings, [*(load for load in told.values() if load["table_name"] == contract.name), *loads])
        if problems:
            raise DataRefusedError("\n".join(problems), CHANGED_SINCE)
    record(settings, at, *((LOAD, load) for load in loads))


def tell_landed(settings: Settings, con: duckdb.DuckDBPyConnection, at: datetime) -> None:
    """Tell the ledger when loads landed of which it does not know it yet."""
    told = told_loads(Ledger(settings.ledger).proven())
    landed: dict[str, list[int]] = defaultdict(list)
    for load in loads_as_told(con):
        if load["landed_at"] is not None and told[load["load_id"]].get("landed_at") is None:
            landed[load["landed_at"]].append(load["load_id"])
    record(settings, at, *((LANDED, {"landed_at": when, "load_ids": ids}) for when, ids in sorted(landed.items())))


def read_again(settings: Settings, loads: Collection[Mapping[str, Any]]) -> tuple[list[str], list[str]]:
    """Load archived files into a database that is thrown away, and compare with what is told of each load, in words.

    Problems, and notes on loads that other code or another mapping read: those may read otherwise today.
    """
    folder = settings.home / "reading"
    shutil.rmtree(folder, ignore_errors=True)
    reader = reader_fingerprint()
    try:
        with open_working(folder / "again.duckdb", settings.memory_limit) as con:
            load_again(con, settings.archive, folder / "files", loads)
            contents = load_contents(con)
            differing = [load for load in loads if load["content_hash"] != contents.get(load["load_id"], "")]
            mappings = dict(con.execute("select load_id, mapping_sha256 from raw.loads").fetchall())
    except DataRefusedError as refused:
        is_same = all(load.get("reader_sha256") == reader for load in loads)
        return ([str(refused)], []) if is_same else ([], [f"The archive was not read again: {refused}"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    problems: list[str] = []
    notes: list[str] = []
    for load in differing:
        is_same = load.get("reader_sha256") == reader and mappings.get(load["load_id"]) == load["mapping_sha256"]
        told = f"{load['file_name']} (load {load['load_id']} of {load['table_name']}) reads otherwise than it was loaded"
        (problems if is_same else notes).append(told if is_same else f"{told}, by other code or another mapping than today's")
    return problems, notes


@cache
def reader_fingerprint() -> str:
    """Fingerprint of the code that decides what a file reads as."""
    folder = PROJECT_ROOT / "ingestion"
    return files_hash(folder, (folder / name for name in READING))


def load_again(con: duckdb.DuckDBPyConnection, archive: Path, folder: Path, entries: Iterable[Mapping[str, Any]]) -> None:
    """Load archived files into a database. Refused when one is gone or is not the load that it was.

    `entries`: what the ledger or a manifest tells of each load. `folder`: for one file at a time, under the name that it was
    delivered with.
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
        contract, profile = contracts[entry["table_name"]], recorded_profile(entry["profile_name"])
        number_after(con, int(entry["load_id"]) - 1)
        file = delivered_file(contract, profile, folder, delivered, entry.get("mapping_number"))
        at = datetime.fromisoformat(entry["loaded_at"])
        members = entry.get("delivery") or [entry["load_id"]]
        if file is None or load_file_again(con, contract, profile, file, archive, at, members).load_id != entry["load_id"]:
            raise DataRefusedError(
                f"{entry['file_name']} was load {entry['load_id']} of {entry['table_name']} and is not any more.",
                f"profile {entry['profile_name']} or the table's contract has changed since: check out the commit that loaded it",
            )
        con.execute(
            "update raw.loads set landed_at = ? where load_id = ?",
            [entry.get("landed_at") or entry["loaded_at"], entry["load_id"]],
        )
        delivered.unlink()
    shutil.rmtree(folder, ignore_errors=True)


def _retold(con: duckdb.DuckDBPyConnection, entries: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What the ledger is to be told anew: the loads that read otherwise now, by other code or another mapping.

    A load that holds what it held keeps the mapping that it was made under: its evidence is found by it. Refused where the same
    code and mapping read otherwise.
    """
    contents, reader = load_contents(con), reader_fingerprint()
    registered = {load["load_id"]: load for load in loads_as_told(con)}
    retold = []
    for entry in entries:
        now = {**registered[entry["load_id"]], "content_hash": contents.get(entry["load_id"], ""), "reader_sha256": reader}
        is_read_alike = all(entry.get(key) == now[key] for key in HOW_READ)
        if entry["content_hash"] != now["content_hash"] and is_read_alike:
            raise DataRefusedError(
                f"{entry['file_name']} (load {entry['load_id']} of {entry['table_name']}) reads otherwise than it was loaded.",
                CHANGED_SINCE,
            )
        if any(entry.get(key) != value for key, value in now.items() if key not in (*HOW_READ, "landed_at")):
            retold.append(now)
        else:
            told = [entry["mapping_sha256"], entry["load_id"]]
            con.execute("update raw.loads set mapping_sha256 = ? where load_id = ?", told)
    return retold


def put_aside(database: Path) -> Path:
    """Keep the old file beside, under the first name that is free, and its write-ahead log, which must not meet the new one."""
    number = 1
    while (aside := database.with_suffix(f".damaged-{number}")).exists():
        number += 1
    log = log_beside(database)
    if log.exists():
        log.replace(log_beside(aside))
    return database.replace(aside)
