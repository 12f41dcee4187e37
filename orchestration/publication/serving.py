"""What BI reads now, as its own manifest tells it."""

import json
from typing import Any

import duckdb

from ingestion.errors import DataRefusedError
from orchestration.settings import Settings


def published_id(settings: Settings) -> str | None:
    """Id of the publication that BI reads now; None before the first."""
    manifest = published_manifest(settings)
    return manifest["publication_id"] if manifest else None


def published_manifest(settings: Settings) -> dict[str, Any] | None:
    """Manifest of what BI reads now, from the serving file itself; None before the first publication."""
    if not settings.serving_database.exists():
        return None
    with duckdb.connect(str(settings.serving_database), read_only=True) as con:
        row = con.execute("select manifest from marts.dim_publication").fetchone()
    return json.loads(row[0]) if row else None


def fetched(con: duckdb.DuckDBPyConnection, query: str, values: object = None) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and rows of a query."""
    found = con.execute(query, values)
    return [name for name, *_ in found.description or []], found.fetchall()


def required_manifest(settings: Settings) -> dict[str, Any]:
    """Manifest of what BI reads now; refused before the first publication."""
    manifest = published_manifest(settings)
    if manifest is None:
        raise DataRefusedError("Nothing is published yet.", "run `receivables refresh --as-of DATE` or `receivables demo`")
    return manifest
