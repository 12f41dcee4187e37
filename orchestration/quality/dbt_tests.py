"""dbt's data tests, made on what a build left, and what of the build failed, each with the rows that it found.

dbt compiles the tests, once for each state of the project; their queries run here, in one session. As nodes of a build each
costs 0.1 s of CPU, together more than all the models of a small refresh. What a test means is dbt's: it fails by its rows.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.project.marts import grains, manifest_body
from orchestration.quality.evidence import CheckOutcome
from orchestration.quality.examples import rows_found

DBT_TESTS = "dbt_tests"
# A broken contract names its columns after 250 letters.
LONGEST_MESSAGE = 1000
# How dbt counts and judges what a test gives unless it is told otherwise; nothing else is understood here.
USUAL = {"fail_calc": "count(*)", "error_if": "!= 0", "warn_if": "!= 0", "limit": None, "where": None}


@dataclass(frozen=True)
class ModelTest:
    """What a test found. `status`: pass, warn, fail, error (its query raised) or skipped (what it rests on was not built)."""

    unique_id: str
    status: str
    failures: int | None
    found: str

    @property
    def is_passed(self) -> bool:
        """A test of severity warn passes, and says what it found."""
        return self.status in ("pass", "warn")

    @property
    def outcome(self) -> CheckOutcome:
        """The result as evidence."""
        details = {"status": self.status, "failures": self.failures}
        return CheckOutcome(DBT_TESTS, self.unique_id, self.is_passed, f"{self.status}: {self.found}", details)


def run_tests(database: Path, manifest: Path, unbuilt: Iterable[str] = (), names: Iterable[str] | None = None) -> list[ModelTest]:
    """Make the data tests of a compiled project on a working database, or those that are named by their unique ids.

    `unbuilt`: nodes that the build did not come to, whose tables are of an earlier time. Refused is a test that is configured as
    this module does not understand.
    """
    nodes, keys = manifest_body(manifest)["nodes"], grains(manifest)
    wanted = sorted(name for name, node in nodes.items() if node["resource_type"] == "test") if names is None else sorted(names)
    stale = set(unbuilt)
    with duckdb.connect(str(database)) as con:
        return [_result(con, nodes[name], nodes, keys, stale) for name in wanted]


def unbuilt_nodes(run_results: Path) -> list[str]:
    """Models and seeds that a build asked for and did not make."""
    return [result["unique_id"] for result in _read(run_results)["results"] if result["status"] != "success"]


def build_failures(manifest: Path, tests: Iterable[ModelTest], run_results: Path | None = None) -> list[str]:
    """A sentence for each test, and each model and seed of a build, that failed: what it is about, and what it found."""
    nodes = manifest_body(manifest)["nodes"]
    built = _read(run_results)["results"] if run_results else []
    broken = {result["unique_id"]: _message(result["message"]) for result in built if result["status"] in ("error", "fail")}
    failed = {test.unique_id: test.found for test in tests if test.status in ("error", "fail")}
    return [f"{_title(nodes[name], nodes)}: {found}" for name, found in (broken | failed).items()]


def _result(
    con: duckdb.DuckDBPyConnection, node: dict[str, Any], nodes: dict[str, Any], keys: dict[str, Any], stale: set[str]
) -> ModelTest:
    unusual = {name: node["config"].get(name) for name, usual in USUAL.items() if node["config"].get(name) != usual}
    if unusual:
        raise NotImplementedError(f"{node['unique_id']} is configured with {unusual}: see orchestration/quality/dbt_tests.py")
    if stale & set(node["depends_on"]["nodes"]):
        return ModelTest(node["unique_id"], "skipped", None, "what it rests on failed")
    query = node["compiled_code"]
    try:
        ((failures,),) = con.execute(f"select count(*) from ({query}) as failing").fetchall()
    except duckdb.Error as error:
        return ModelTest(node["unique_id"], "error", None, _message(str(error)))
    if not failures:
        return ModelTest(node["unique_id"], "pass", 0, "0 rows")
    tested = _tested(node, nodes)
    checked = [node["column_name"]] if node.get("column_name") else []
    found = rows_found(con, query, keys.get(tested.get("unique_id", ""), ()), checked, tested.get("relation_name"))
    return ModelTest(node["unique_id"], "warn" if node["config"]["severity"].lower() == "warn" else "fail", failures, found)


def _message(text: str | None) -> str:
    return " ".join((text or "error").split())[:LONGEST_MESSAGE]


def _title(node: dict[str, Any], nodes: dict[str, Any]) -> str:
    """`not_null of stg_erp__documents.due_date`; a test of a seed also names the file that the seed is."""
    if node["resource_type"] != "test":
        return f"{node['resource_type']} {node['name']}"
    tested = _tested(node, nodes)
    column = f".{node['column_name']}" if node.get("column_name") else ""
    name = (node.get("test_metadata") or {}).get("name") or node["name"]
    file = f" (dbt_project/{tested['original_file_path']})" if tested.get("resource_type") == "seed" else ""
    return f"{name} of {tested['name']}{column}{file}" if tested else str(name)


def _tested(node: dict[str, Any], nodes: dict[str, Any]) -> dict[str, Any]:
    """The model or seed that a test stands at; empty for a test of no one model."""
    name = node.get("attached_node") or next(iter(node["depends_on"]["nodes"]), "")
    return dict(nodes.get(name) or {}) if node.get("test_metadata") else {}


def _read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8")))
