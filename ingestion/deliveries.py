"""Which files make up a delivery, in which order deliveries count, and their register.

What is current is what was delivered last. A file whose bytes are those that it had at its last load still lies there; other
bytes under its name, or a new name, are delivered, also when they say what was said before. No file's content is read here.
"""

import os
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingestion.contract import Contract
from ingestion.errors import DataRefusedError
from ingestion.profile import SEQUENCE_DIGITS, Profile, TableMapping
from ingestion.sql import quoted, whole_number

# A date in a file's name, year first, with the time of day where it stands: 2026-01, 20260131, 2026-01-31, 20260131_080000.
DATED = re.compile(
    r"(?<!\d)(?P<year>(?:19|20|21)\d\d)(?P<mark>[-_.]?)(?P<month>0[1-9]|1[0-2])(?:(?P=mark)(?P<day>0[1-9]|[12]\d|3[01])"
    r"(?:[T_-]?(?P<number>[01]\d[0-5]\d[0-5]\d|2[0-3][0-5]\d[0-5]\d))?)?(?!\d)"
)


@dataclass(frozen=True, eq=False)
class DeliveredFile:
    """A file that lies there for a table. `sequence`: what its name says about its place among others; None where it does not."""

    mapping: TableMapping
    mapping_number: int
    path: Path
    name: str
    sequence: str | None


def matching_files(extracts: Path, mapping: TableMapping) -> list[Path]:
    """The files of a mapping's pattern in the order that it names: by name, numbers as numbers, or by time. Refused where a link
    leads to none: its sender delivered something."""
    named = list(extracts.glob(mapping.files))
    if lost := [path for path in named if not path.exists()]:
        raise DataRefusedError(
            f"{file_name_of(lost[0], extracts)} is a link that leads to no file.", "put the file there, or take the link away"
        )
    found = sorted((path for path in named if path.is_file()), key=_natural)
    return sorted(found, key=lambda path: path.stat().st_mtime_ns) if mapping.delivery.order == "time" else found


def file_name_of(path: Path, extracts: Path) -> str:
    """A file's name in the sender's folder; bytes that are no UTF-8 (a GBK name) are written out, as \\xb9."""
    return os.fsencode(path.relative_to(extracts).as_posix()).decode("utf-8", "backslashreplace")


def file_sets(contract: Contract, profile: Profile, extracts: Path) -> list[tuple[DeliveredFile, ...]]:
    """What lies there for a table, as deliveries in their order. Files without a date belong to the last of those with one."""
    files = [
        DeliveredFile(mapping, number, path, name, _sequence(contract, profile, mapping, name))
        for number, mapping in enumerate(profile.mappings_of(contract), 1)
        for path in matching_files(extracts, mapping)
        for name in [file_name_of(path, extracts)]
    ]
    in_order = sorted(files, key=lambda file: file.sequence or "")
    if profile.delivery_mode(contract) == "delta":
        return [(file,) for file in in_order]
    sequences = sorted({file.sequence for file in files if file.sequence})
    beside = tuple(file for file in files if not file.sequence and file.mapping.delivery.files != "wholes")
    wholes = [(file,) for file in files if not file.sequence and file.mapping.delivery.files == "wholes"]
    dated = [tuple(file for file in files if file.sequence == sequence) for sequence in sequences]
    *earlier, last = (*wholes, *dated) or ((),)
    return [*earlier, (*last, *beside)] if files else []


def delivered_file(
    contract: Contract, profile: Profile, folder: Path, path: Path, mapping_number: int | None
) -> DeliveredFile | None:
    """A file as a mapping of a profile takes it (the first that does, of an earlier release's load); None where it does not."""
    for number, mapping in enumerate(profile.mappings_of(contract), 1):
        if mapping_number in (None, number) and path in (found.resolve() for found in folder.glob(mapping.files)):
            name = file_name_of(path, folder.resolve())
            return DeliveredFile(mapping, number, path, name, _sequence(contract, profile, mapping, name))
    return None


def register_delivery(
    con: duckdb.DuckDBPyConnection, contract: Contract, profile_name: str, load_ids: Collection[int], sequence: str | None
) -> None:
    """Note which loads make up a delivery, the last of which was made for it, and how many rows it closed as the whole."""
    delivery_id = max(load_ids)
    (mode,) = con.execute("select delivery_mode from raw.loads where load_id = ?", [delivery_id]).fetchone() or ("delta",)
    stood = standing_keys(contract, profile_name)
    if mode == "full":
        con.execute(f"create or replace temp table stood_before as {stood}")
    series_id = _series(con, contract, profile_name, load_ids) if sequence else None
    con.executemany(
        "insert into raw.deliveries values (?, ?, ?, ?, ?, ?)",
        [[delivery_id, load_id, contract.name, profile_name, series_id or delivery_id, sequence] for load_id in sorted(load_ids)],
    )
    closed = whole_number(con, f"select count(*) from (from stood_before except {stood})") if mode == "full" else 0
    con.execute("update raw.loads set closed_row_count = ? where load_id = ?", [closed, delivery_id])
    con.execute("drop table if exists stood_before")


def ranked_deliveries(known: str = "true") -> str:
    """SQL of the register's deliveries (or those `known`) with their loads and `delivery_rank`: the higher, the later."""
    return f"""select delivery_id, load_id, table_name, profile_name,
            dense_rank() over (order by position, sequence nulls first, delivery_id) as delivery_rank
        from (
            select *,
                min(delivery_id) over (partition by series_id order by sequence desc nulls last, delivery_id desc) as position
            from raw.deliveries where {known}
        )"""


def standing_keys(contract: Contract, profile_name: str) -> str:
    """SQL of the keys that a sender's deliveries leave standing, where one was the whole: its own and those after it."""
    keys = ", ".join(f"raw.{quoted(key)}" for key in contract.key)
    by = ", ".join(quoted(column) for column in contract.replaced_within)
    held = f"select distinct _load_id{', ' if by else ''}{by} from raw.{quoted(contract.raw_name)}"
    partition = "".join(f", held.{quoted(column)}" for column in contract.replaced_within)
    same = "".join(f" and raw.{quoted(column)} = standing.{quoted(column)}" for column in contract.replaced_within)
    return f"""select distinct {keys}
        from raw.{quoted(contract.raw_name)} as raw
        inner join (
            select held.*, ranked.delivery_rank,
                max(case loads.delivery_mode when 'full' then ranked.delivery_rank else 0 end)
                    over (partition by ranked.profile_name{partition}) as whole_rank
            from ({ranked_deliveries()}) as ranked
            inner join raw.loads as loads on ranked.load_id = loads.load_id
            inner join ({held}) as held on ranked.load_id = held._load_id
            where ranked.table_name = '{contract.name}' and ranked.profile_name = '{profile_name}'
        ) as standing on raw._load_id = standing._load_id{same} and standing.delivery_rank >= standing.whole_rank"""


def _natural(path: Path) -> tuple[list[list[object]], str]:
    """Numbers in a name compare as numbers: documents_9 stands before documents_10."""
    parts = [re.split(r"(\d+)", part) for part in path.with_suffix("").parts]
    return [[int(text) if at % 2 else text.casefold() for at, text in enumerate(part)] for part in parts], path.as_posix()


def _sequence(contract: Contract, profile: Profile, mapping: TableMapping, name: str) -> str | None:
    """What a file's name says about its place: by the profile's pattern, or for a `full` table by a date in the name."""
    told = mapping.delivery
    if told.pattern is None:
        is_dated = profile.delivery_mode(contract) == "full" and told.files is None
        found = list(DATED.finditer(name))[-1:] if is_dated else []
        return _digits(found[0].groupdict()) if found else None
    match = re.search(told.pattern, name)
    if match is None:
        raise DataRefusedError(
            f"{name}: delivery.pattern {told.pattern!r} of profile {profile.name!r} does not find its place among the files of "
            f"{contract.name}.",
            f"have the file named as agreed, or correct the pattern in ingestion/profiles/{profile.name}.yml",
        )
    return _digits(match.groupdict())


def _digits(groups: dict[str, str | None]) -> str:
    """Date and number of a name at full length, so that their text compares as they do."""
    return "".join((groups.get(name) or "").rjust(digits, "0") for name, digits in SEQUENCE_DIGITS.items())


def _series(con: duckdb.DuckDBPyConnection, contract: Contract, profile_name: str, load_ids: Collection[int]) -> int | None:
    """The series of the sender's last delivery, when its place was told by a name under the same mapping; None for a new one."""
    row = con.execute(
        """select any_value(deliveries.series_id)
        from raw.deliveries as deliveries
        inner join raw.loads as loads on deliveries.load_id = loads.load_id
        where deliveries.table_name = $table_name and deliveries.profile_name = $profile_name
        group by deliveries.delivery_id
        having bool_or(deliveries.sequence is not null and loads.mapping_sha256 in (
            select mapping_sha256 from raw.loads where list_contains($load_ids, load_id)))
            and deliveries.delivery_id = (
                select max(delivery_id) from raw.deliveries where table_name = $table_name and profile_name = $profile_name)""",
        {"table_name": contract.name, "profile_name": profile_name, "load_ids": sorted(load_ids)},
    ).fetchone()
    return row[0] if row else None
