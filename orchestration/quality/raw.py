"""Whether raw still holds what loading left there: each load's content, against the hash that the ledger was told of it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import duckdb

from ingestion.contract import load_contracts
from ingestion.sql import literal, quoted
from ingestion.warehouse import LINEAGE_COLUMNS
from orchestration.ledger.events import LANDED, LOAD, RESTORED, UPGRADED
from orchestration.ledger.fingerprint import combined_hash
from orchestration.ledger.ledger import Entry
from orchestration.quality.evidence import CheckOutcome

RAW_AS_LOADED = "raw_as_loaded"
# Tables of what a load left besides its rows, and of them what later loads change.
BESIDE_THE_ROWS = {"quarantined_rows": {"mended_by_load_id"}, "landing_notes": set[str]()}


def loads_as_told(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Every load of the working database with all that the registers say of it, as the ledger and a manifest tell it.

    `delivery`: the loads of the delivery that the load was made for, those of earlier deliveries among them.
    """
    found = con.execute(
        """with deliveries as (
            select delivery_id, min(series_id) as series_id, min(sequence) as sequence,
                list(load_id order by load_id) as delivery
            from raw.deliveries group by delivery_id
        ),
        made_for as (select load_id, min(delivery_id) as delivery_id from raw.deliveries group by load_id)
        select loads.*, deliveries.series_id, deliveries.sequence, deliveries.delivery
        from raw.loads as loads left join made_for using (load_id) left join deliveries using (delivery_id) order by load_id"""
    )
    names = [name for name, *_ in found.description or []]
    loads = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return [{name: _plain(value) for name, value in load.items()} for load in loads]


def _plain(value: Any) -> Any:
    """A value as JSON gives it back."""
    return str(value) if isinstance(value, datetime) else value


def load_contents(con: duckdb.DuckDBPyConnection, tables: Iterable[str] | None = None) -> dict[int, str]:
    """Content hash of each load: its rows, its quarantined rows and notes. `tables`: raw tables to look at [default: all].

    Rows that people corrected are left out, as each refresh derives them anew from the decisions.
    """
    parts: dict[int, list[tuple[object, ...]]] = defaultdict(list)
    of_rows = set(LINEAGE_COLUMNS) - {"_line_number"}
    for name in tables or [contract.raw_name for contract in load_contracts().values()]:
        for load_id, *digest in digests(con, name, "_load_id", of_rows, "_is_corrected is not true"):
            parts[load_id].append((name, *digest))
    where = "true" if tables is None else f"table_name in ({', '.join(literal(name.replace('__', '.', 1)) for name in tables)})"
    for beside, changing in BESIDE_THE_ROWS.items():
        for load_id, *digest in digests(con, beside, "load_id", changing, where):
            parts[load_id].append((beside, *digest))
    return {load_id: combined_hash(found) for load_id, found in parts.items()}


def digests(con: duckdb.DuckDBPyConnection, table: str, key: str, left_out: set[str], condition: str) -> list[tuple[Any, ...]]:
    """By load: count of rows, and of values by column, and two sums of the rows' MD5 that do not depend on their order.

    A row is the text of its values that are known, each by its column's name: a column that a contract gains changes nothing.
    """
    columns = [name for name, *_ in con.execute(f"describe raw.{quoted(table)}").fetchall() if name not in left_out | {key}]
    # As concat_ws(chr(1), 'name=' || value, ...) writes it, in half the time: a third of the hashing.
    text = ", ".join(
        f"case when {quoted(name)} is not null then chr(1) || {literal(name + '=')} end, {quoted(name)}" for name in columns
    )
    counts = ", ".join(f"count({quoted(name)})" for name in columns)
    rows = con.execute(
        f"""select {key}, count(*), bit_xor(row_hash)::varchar, sum((row_hash >> 64)::hugeint)::varchar, {counts}
        from (select *, md5_number(substr(concat({text}), 2)) as row_hash from raw.{quoted(table)} where {condition})
        group by 1 order by 1"""
    ).fetchall()
    return [
        (load_id, count, xor, total, tuple(pair for pair in zip(columns, by_column, strict=True) if pair[1]))
        for load_id, count, xor, total, *by_column in rows
    ]


def told_loads(entries: Iterable[Entry]) -> dict[int, Mapping[str, Any]]:
    """What the ledger tells of each load, by number; of one that has landed since, also when."""
    told: dict[int, dict[str, Any]] = {}
    for entry in entries:
        if entry.event == LOAD:
            told[entry.details["load_id"]] = dict(entry.details)
        elif entry.event == LANDED:
            for load_id in entry.details["load_ids"]:
                told[load_id]["landed_at"] = entry.details["landed_at"]
        elif entry.event in (RESTORED, UPGRADED):
            told |= {load["load_id"]: dict(load) for load in entry.details.get("loads", ())}
    return dict(told)


def is_told_in_full(load: Mapping[str, Any]) -> bool:
    """Whether the ledger was told what raw holds of a load: an earlier release told of the file alone."""
    return "content_hash" in load


def register_problems(con: duckdb.DuckDBPyConnection, told: Mapping[int, Mapping[str, Any]]) -> list[str]:
    """Where the register of loads is not what the ledger tells of it, in words."""
    registered = {load["load_id"]: load for load in loads_as_told(con)}
    problems = []
    for load_id in sorted(told.keys() | registered.keys()):
        name = f"load {load_id} ({(told.get(load_id) or registered[load_id])['file_name']})"
        if load_id not in registered:
            problems.append(f"{name}, which the ledger tells of, is gone from raw.loads")
        elif load_id not in told:
            problems.append(f"{name} stands in raw.loads and the ledger does not tell of it")
        else:
            # When a load landed is noted before it is told, and a run may be killed in between.
            is_untold = told[load_id].get("landed_at") is None
            differing = [
                key
                for key, value in registered[load_id].items()
                if told[load_id].get(key) != value and not (is_untold and key == "landed_at")
            ]
            problems += [f"{name} has another {key} in raw.loads than the ledger tells" for key in differing]
    return problems


def raw_problems(con: duckdb.DuckDBPyConnection, told: Mapping[int, Mapping[str, Any]]) -> list[str]:
    """Where the register or the rows of raw are not what the ledger tells of each load, in words."""
    problems, contents = register_problems(con, told), load_contents(con)
    for load_id in sorted(told.keys() | contents.keys()):
        if load_id not in told:
            problems.append(f"raw holds rows of load {load_id}, which the ledger does not tell of")
        elif told[load_id].get("content_hash") != contents.get(load_id, ""):
            table = told[load_id]["table_name"].replace(".", "__")
            problems.append(
                f"raw.{table} no longer holds what load {load_id} ({told[load_id]['file_name']}) brought: rows were changed, "
                "added or taken out"
            )
    return problems + _foreign_corrections(con)


def _foreign_corrections(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Rows that claim to be corrected and stand on no line that was ever set aside."""
    found = []
    for contract in load_contracts().values():
        rows = con.execute(
            f"""select _load_id, _line_number from raw.{quoted(contract.raw_name)} as corrected
            where _is_corrected and not exists (
                select 1 from raw.quarantined_rows as aside
                where aside.load_id = corrected._load_id and aside.line_number = corrected._line_number
            ) order by all limit 1"""
        ).fetchall()
        found += [
            f"raw.{contract.raw_name} holds a corrected row for line {line} of load {load_id}, which nobody set aside"
            for load_id, line in rows
        ]
    return found


def check_raw(con: duckdb.DuckDBPyConnection, told: Mapping[int, Mapping[str, Any]]) -> CheckOutcome:
    """One outcome over every load."""
    problems = raw_problems(con, told)
    summary = "; ".join(problems) or f"{len(told)} loads are as the ledger tells"
    return CheckOutcome(RAW_AS_LOADED, "raw", not problems, summary, {"problems": problems})
