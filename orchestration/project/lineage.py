"""Which columns each column of a model comes from, and a page that shows it offline.

dbt-colibri derives both from the SQL that dbt compiled, in about five seconds, once for each state of the dbt project.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from dbt_colibri.lineage_extractor.extractor import DbtColumnLineageExtractor
from dbt_colibri.report.generator import DbtColibriReportGenerator

from orchestration.settings import Settings

EDGES, PAGE = "colibri-manifest.json", "index.html"


@dataclass(frozen=True)
class ColumnLineage:
    """Of each node of the dbt project, by unique id: types of its columns, and (node, column) pairs that each comes from."""

    types: dict[str, dict[str, str]]
    origins: dict[str, dict[str, list[tuple[str, str]]]]


def lineage_page(settings: Settings, project_state: str) -> Path:
    """Where the page is for a state of the project; it exists once that state has been built."""
    return _folder(settings, project_state) / PAGE


def known_lineage(settings: Settings, project_state: str) -> ColumnLineage | None:
    """The lineage as derived by an earlier build of the same state of the project."""
    folder = _folder(settings, project_state)
    # The page is written last.
    if not (folder / PAGE).exists():
        return None
    catalog, edges = (json.loads((folder / name).read_text(encoding="utf-8")) for name in ("catalog.json", EDGES))
    types = {
        node_id: {name: column["type"] for name, column in node["columns"].items()}
        for node_id, node in (catalog["nodes"] | catalog["sources"]).items()
    }
    # A dict keeps the order and drops what is told twice.
    found: dict[str, dict[str, dict[tuple[str, str], None]]] = defaultdict(lambda: defaultdict(dict))
    for edge in edges["lineage"]["edges"]:
        # Edges without a column say that a node is read; with an edge type, that a column filters or joins.
        if edge["sourceColumn"] and edge["targetColumn"] and not edge.get("edgeType"):
            found[edge["target"]][edge["targetColumn"]][edge["source"], edge["sourceColumn"]] = None
    origins = {node_id: {column: list(pairs) for column, pairs in columns.items()} for node_id, columns in found.items()}
    return ColumnLineage(types, origins)


def derive_lineage(settings: Settings, project_state: str, compiled_manifest: Path) -> ColumnLineage | None:
    """Derive the lineage of a build that has just ended, and write its page; None when it was a build of some models only."""
    nodes = json.loads(compiled_manifest.read_text(encoding="utf-8"))["nodes"].values()
    if not all(node.get("compiled_code") for node in nodes if node["resource_type"] == "model" and node["language"] == "sql"):
        return None
    folder = _folder(settings, project_state)
    folder.mkdir(parents=True, exist_ok=True)
    catalog = folder / "catalog.json"
    catalog.write_text(json.dumps(_catalog(settings.working_database, compiled_manifest)), encoding="utf-8")
    extractor = DbtColumnLineageExtractor(str(compiled_manifest), str(catalog))
    DbtColibriReportGenerator(extractor, light_mode=True, disable_telemetry=True).generate_report(str(folder))
    return known_lineage(settings, project_state)


def _folder(settings: Settings, project_state: str) -> Path:
    return settings.dbt_target / "lineage" / project_state[:16]


def _catalog(database: Path, compiled_manifest: Path) -> dict[str, Any]:
    """What `dbt docs generate` writes of the tables that are there, without starting dbt once more."""
    manifest = json.loads(compiled_manifest.read_text(encoding="utf-8"))
    columns: dict[tuple[str, str], dict[str, Any]] = defaultdict(dict)
    with duckdb.connect(str(database)) as con:
        for schema, table, column, sql_type, place in con.execute(
            "select schema_name, table_name, column_name, data_type, column_index from duckdb_columns() where not internal"
        ).fetchall():
            columns[schema, table][column] = {"type": sql_type, "index": place, "name": column, "comment": None}
    return {
        "metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/catalog/v1.json"},
        "nodes": _described(manifest["nodes"].values(), columns),
        "sources": _described(manifest["sources"].values(), columns),
        "errors": None,
    }


def _described(nodes: Iterable[dict[str, Any]], columns: dict[tuple[str, str], dict[str, Any]]) -> dict[str, Any]:
    described = {}
    for node in nodes:
        name = node.get("identifier") or node.get("alias") or node["name"]
        if (node["schema"], name) in columns:
            place = {"type": "BASE TABLE", "database": node["database"], "schema": node["schema"], "name": name, "comment": None}
            described[node["unique_id"]] = {
                "metadata": {**place, "owner": None},
                "columns": columns[node["schema"], name],
                "stats": {},
                "unique_id": node["unique_id"],
            }
    return described
