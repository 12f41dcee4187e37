"""What a sender's file is and what its delivery would bring, as people read it before anything is loaded."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

from ingestion.contract import load_contracts
from ingestion.recognition import SAMPLE_RECORDS, Recognised
from ingestion.trial import Reason, Trial, TriedTable
from orchestration.report.render import as_table, titled_table

SHOWN_FILES = 10


def trial_lines(trial: Trial, source_uses: Path) -> Iterator[str]:
    """A tried delivery: what can be loaded of each table, what was set aside and why, and what will not be computed."""
    yield "Nothing was loaded; this is what a refresh would find.\n"
    rows = [
        (
            table.table_name, len(table.file_names), table.loaded_row_count, table.quarantined_row_count,
            table.out_of_scope_line_count, *_covered(table),
        )
        for table in trial.tables
    ]  # fmt: skip
    columns = ("table", "file_count", "rows", "quarantined_rows", "out_of_scope_count", "date", "from", "to")
    yield as_table(columns, rows) if rows else "No file of the folder is mapped."
    totals = [
        (table.table_name, one.kind or "", one.currency_code or "", one.row_count, one.amount)
        for table in trial.tables for one in table.totals
    ]  # fmt: skip
    if totals:
        yield from titled_table("Amounts of the rows that can be loaded", ("table", "kind", "currency", "rows", "amount"), totals)
    for table in trial.tables:
        yield from _table_lines(table)
    if trial.unclaimed:
        more = f" and {len(trial.unclaimed) - SHOWN_FILES} more" if len(trial.unclaimed) > SHOWN_FILES else ""
        yield f"\nFiles that no mapping takes: {', '.join(trial.unclaimed[:SHOWN_FILES])}{more}"
    yield "\nWhat is not delivered, and what will therefore not be computed:"
    missing = [*_uses(trial, source_uses), *_columns(trial)]
    yield from missing or ["  nothing: every table and column of the contracts is mapped"]


def _uses(trial: Trial, source_uses: Path) -> Iterator[str]:
    with source_uses.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["table_name"] in trial.absent:
                yield f"  {row['table_name']}: {row['without_it']}"


def _columns(trial: Trial) -> Iterator[str]:
    for table in trial.tables:
        if table.unmapped:
            yield f"  columns of {table.table_name} that the profile does not map: {', '.join(table.unmapped)}"


def recognised_lines(found: Recognised) -> Iterator[str]:
    """What a file is taken for, and the part of a profile that would read it."""
    form, shape = found.file_format, found.shape
    written = {"xlsx": "an Excel workbook", "jsonl": f"JSON lines in {form.encoding}", "csv": f"text in {form.encoding}"}
    yield f"{found.file_name}: {written[form.format]}, {shape.line_count:,} lines, {found.record_count:,} records."
    for sheet in shape.unread_sheets:
        yield f"  sheet {sheet.name} with {sheet.rows:,} rows has another header and was not looked into"
    if shape.dropped_line_count:
        yield f"  {shape.dropped_line_count:,} lines are rules or repeat the header (first: line {shape.first_dropped_line})"
    for reason, count, first_line in found.broken:
        yield f"  {count:,} lines would be set aside: {reason} (first: line {first_line})"
    rows = [(column.name, column.kind, column.value_count, column.example[:30]) for column in found.columns]
    yield from titled_table(_looked_into(found), ("caption", "holds", "rows", "example"), rows)
    yield "\nLooks like"
    yield from [
        f"  {one.table_name} of profile {one.profile_name}: {one.found_count} of {one.caption_count} captions"
        for one in found.likenesses
    ] or ["  no ready-made sender"]
    yield "\nProposed for ingestion/profiles/NAME.yml; what is not placed is left for you:"
    yield from _proposal(found)


def _looked_into(found: Recognised) -> str:
    return f"Columns, of the first {SAMPLE_RECORDS:,} records" if found.record_count > SAMPLE_RECORDS else "Columns"


def _proposal(found: Recognised) -> Iterator[str]:
    contract = load_contracts()[found.table_name]
    yield f"  - table: {contract.name}"
    settings = {"files": found.file_name, **found.settings}
    yield from (f"    {name}: {json.dumps(value, ensure_ascii=False)}" for name, value in settings.items())
    yield "    columns:"
    for column in contract.columns:
        if column.name in found.placed:
            yield f"      {column.name}: {json.dumps(found.placed[column.name], ensure_ascii=False)}"
        elif column.required:
            yield f"      {column.name}: ?   # required: {column.description.splitlines()[0]}"
    if left := [name for name in found.shape.columns if name not in found.placed.values()]:
        yield f"    # not placed: {', '.join(left)}"


def _covered(table: TriedTable) -> tuple[str, str, str]:
    name, first, last = table.dates or ("", None, None)
    return name, str(first or ""), str(last or "")


def _table_lines(table: TriedTable) -> Iterator[str]:
    if table.refused:
        yield f"\n{table.table_name}: refused. {table.refused}"
    if table.reasons:
        yield f"\n{table.table_name}: set aside"
        yield from (f"  {_reason(one)}" for one in table.reasons)
    if table.warnings:
        yield f"\n{table.table_name}: told"
        yield from (f"  {warning}" for warning in table.warnings)


def _reason(reason: Reason) -> str:
    what = f"{reason.column_name} {reason.reason}" if reason.column_name else f"a line {reason.reason}"
    return f"{reason.row_count:,} times: {what} ({'; '.join(reason.places)})"
