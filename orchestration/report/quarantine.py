"""Rows that could not be used, from the published database, each with the text of its line from the archive."""

from collections import defaultdict
from typing import Any

import duckdb

from orchestration.audit.lines import line_texts
from orchestration.publication.serving import fetched, required_manifest
from orchestration.settings import Settings

ROWS = """
    select
        status_code, table_name, file_name, line_number, column_names, reasons, amount, currency_code, mended_by_load_id, load_id
    from marts.fct_quarantined_rows
    where ($is_all or status_code = 'open') and ($table_name is null or table_name = $table_name)
    order by load_id, line_number"""


def quarantined(settings: Settings, table_name: str | None, is_all: bool) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Columns and rows, open ones or all; refused before the first publication."""
    loads = {entry["load_id"]: entry for entry in required_manifest(settings)["inputs"]}
    with duckdb.connect(str(settings.serving_database), read_only=True) as con:
        columns, rows = fetched(con, ROWS, {"is_all": is_all, "table_name": table_name})
    lines: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        lines[row[-1]].add(row[3])
    texts = {load_id: line_texts(settings.archive, loads[load_id], numbers) for load_id, numbers in lines.items()}
    return [*columns[:-1], "line_text"], [(*row[:-1], texts[row[-1]].get(row[3], "")) for row in rows]
