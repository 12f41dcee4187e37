"""Outcomes of dbt's data tests, and what of a build failed, each with the rows that it found.

dbt says only how many rows a test gave: its compiled query is run once more, for the first of them, where it failed.
"""

import json
from pathlib import Path
from typing import Any

import duckdb

from orchestration.publication.marts import grains
from orchestration.quality.evidence import CheckOutcome
from orchestration.quality.examples import rows_found

DBT_TESTS = "dbt_tests"
LONGEST_MESSAGE = 300


def dbt_outcomes(database: Path, target: Path) -> list[CheckOutcome]:
    """Outcomes of the data tests of the build that left its results in `target`. A test of severity warn passes, and says what
    it found."""
    return [
        CheckOutcome(
            DBT_TESTS, test["unique_id"], test["status"] in ("pass", "warn"), f"{test['status']}: {found}",
            {"status": test["status"], "failures": test["failures"], "message": test["message"]},
        )
        for test, found in _found(database, target)
        if test["unique_id"].startswith("test.")
    ]  # fmt: skip


def build_failures(database: Path, target: Path) -> list[str]:
    """A sentence for each model and test of the build that failed: what it is about, and the rows that it found."""
    manifest = _read(target / "manifest.json")
    return [
        f"{_title(manifest['nodes'][result['unique_id']], manifest)}: {found}"
        for result, found in _found(database, target)
        if result["status"] in ("error", "fail")
    ]


def _found(database: Path, target: Path) -> list[tuple[dict[str, Any], str]]:
    """Every result of the build with what it found, in words."""
    results = _read(target / "run_results.json")["results"]
    manifest, keys = _read(target / "manifest.json"), grains(target / "manifest.json")
    with duckdb.connect(str(database)) as con:
        return [(result, _words(con, result, manifest["nodes"][result["unique_id"]], manifest, keys)) for result in results]


def _words(
    con: duckdb.DuckDBPyConnection, result: dict[str, Any], node: dict[str, Any], manifest: dict[str, Any], keys: dict[str, Any]
) -> str:
    if result["status"] in ("fail", "warn") and result["failures"]:
        tested = _tested(node, manifest)
        checked = [node["column_name"]] if node.get("column_name") else []
        return rows_found(
            con, result["compiled_code"], keys.get(tested.get("unique_id", ""), ()), checked, tested.get("relation_name")
        )
    if result["status"] == "error":
        return " ".join((result["message"] or "error").split())[:LONGEST_MESSAGE]
    return "what it rests on failed" if result["status"] == "skipped" else f"{result['failures'] or 0} rows"


def _title(node: dict[str, Any], manifest: dict[str, Any]) -> str:
    """`not_null of stg_erp__documents.due_date`; a test of a seed also names the file that the seed is."""
    if node["resource_type"] != "test":
        return f"{node['resource_type']} {node['name']}"
    tested = _tested(node, manifest)
    column = f".{node['column_name']}" if node.get("column_name") else ""
    name = (node.get("test_metadata") or {}).get("name") or node["name"]
    file = f" (dbt_project/{tested['original_file_path']})" if tested.get("resource_type") == "seed" else ""
    return f"{name} of {tested['name']}{column}{file}" if tested else str(name)


def _tested(node: dict[str, Any], manifest: dict[str, Any]) -> dict[str, Any]:
    """The model, seed or source that a test stands at; empty for a test of no one model."""
    name = node.get("attached_node") or next(iter(node["depends_on"]["nodes"]), "")
    return dict(manifest["nodes"].get(name) or manifest["sources"].get(name) or {}) if node.get("test_metadata") else {}


def _read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8")))
