"""How DuckDB carries out the models: no join of many rows compares every pair.

An outer join whose condition asks more than that columns are equal or in order - an `or`, a column of one side alone - is
carried out pair by pair, its equal columns notwithstanding: of 41 thousand credit notes and 29 thousand invoices that took 43 s,
and grows with the square of the ledger.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from tests.conftest import Home

EQUAL_COLUMNS = re.compile(r"\((?!policy_version = )[a-z]\w* = [a-z]\w*\)")


def test_no_join_of_equal_columns_compares_every_pair(demo_home: Home, tmp_path: Path) -> None:
    done = demo_home.dbt(tmp_path, "compile", "--select", "resource_type:model")
    assert done.returncode == 0, done.stdout
    nodes = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    models = [node for node in nodes.values() if node["resource_type"] == "model"]
    compiled = {node["name"]: node["compiled_code"] for node in models if node["language"] == "sql"}
    with duckdb.connect(str(demo_home.path / "working.duckdb"), read_only=True) as con:
        found = {name: pairs for name, query in compiled.items() if (pairs := list(pairwise_joins(con, query)))}
    assert len(compiled) > 200
    assert found == {}


def test_a_join_pair_by_pair_is_seen() -> None:
    with duckdb.connect() as con:
        con.execute("create table notes as select range as id, 'a' as kind from range(1000)")
        query = "select * from notes left join notes as others on notes.id = others.id and notes.kind = 'credit'"
        assert list(pairwise_joins(con, query)) != []
        assert list(pairwise_joins(con, "select * from notes left join notes as others on notes.id = others.id")) == []


def pairwise_joins(con: duckdb.DuckDBPyConnection, query: str) -> Iterator[str]:
    """The conditions of a query's joins that are carried out pair by pair though they ask for equal columns.

    Bands of a policy version do not count: there are a few, and all are looked at for each row.
    """
    ((_, plan),) = con.execute(f"explain (format json) {query}").fetchall()
    for operator in operators(json.loads(plan)):
        condition = str(operator["extra_info"].get("Condition"))
        if "BLOCKWISE" in operator["name"] and EQUAL_COLUMNS.search(condition):
            yield condition


def operators(plan: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """All operators of a plan."""
    for operator in plan:
        yield operator
        yield from operators(operator["children"])
