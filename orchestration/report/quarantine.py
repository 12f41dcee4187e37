"""Rows that could not be used, from the published database, each with the text of its line from the archive."""

from collections import defaultdict
from typing import Any

import duckdb

from ingestion.corrections import COLUMNS, DECIDABLE
from ingestion.lines import line_texts
from ingestion.sql import fetched
from orchestration.publication.serving import required_manifest
from orchestration.settings import Settings

WHAT_BECAME = "mended_by_load_id, corrected_values, decided_by, approver, decided_on, decision_reason, "
ROWS = """
    select
        status_code, table_name, file_name, line_number, is_row_loaded, column_names, reasons, amount, currency_code,
        {what_became}load_id
    from marts.fct_quarantined_rows
    where ($is_all or status_code = 'open') and ($table_name is null or table_name = $table_name)
    order by load_id, line_number"""


def quarantined(settings: Settings, table_name: str | None, is_all: bool) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Columns and rows, open ones or all; refused before the first publication."""
    loads = {entry["load_id"]: entry for entry in required_manifest(settings)["inputs"]}
    with duckdb.connect(str(settings.serving_database), read_only=True) as con:
        columns, rows = fetched(
            con, ROWS.format(what_became=WHAT_BECAME if is_all else ""), {"is_all": is_all, "table_name": table_name}
        )
    lines: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        lines[row[-1]].add(row[3])
    texts = {load_id: line_texts(settings.archive, loads[load_id], numbers) for load_id, numbers in lines.items()}
    return [*columns[:-1], "line_text"], [(*row[:-1], texts[row[-1]].get(row[3], "")) for row in rows]


def undecided(settings: Settings, table_name: str | None) -> list[tuple[Any, ...]]:
    """Open lines as rows of the seed of decisions, one for each column that is wrong; what to decide is left empty.

    Of a line that is wrong as a whole, the column is `row`: name one that is to be read otherwise, or dismiss it. A line that was
    read and does not fit the ledger is no one's to decide: what it lacks is delivered, or it is delivered anew.
    """
    required_manifest(settings)
    with duckdb.connect(str(settings.serving_database), read_only=True) as con:
        rows = con.execute(
            """select distinct table_name, file_sha256, line_number, unnest(string_split(column_names, ', ')) as column_name
            from marts.fct_quarantined_rows
            where status_code = 'open' and not is_row_loaded and set_aside_by = 'contract'
                and ($table_name is null or table_name = $table_name)
            order by all""",
            {"table_name": table_name},
        ).fetchall()
    empty = ("",) * (len(COLUMNS) - len(DECIDABLE))
    return [(table, sha256, line, "correct", column, *empty) for table, sha256, line, column in rows]
