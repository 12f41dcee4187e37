"""The marts as their contracts in dbt's manifest describe them."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Mart:
    """A published table as its contract in dbt describes it."""

    name: str
    description: str
    columns: dict[str, str]
    grain: tuple[str, ...]
    # Description of columns that policy and not the contract names; None where the contract names them all.
    other_columns: str | None = None


def read_marts(manifest: Path) -> list[Mart]:
    """Every mart of the dbt project, by name."""
    keys = grains(manifest)
    marts = (n for n in manifest_body(manifest)["nodes"].values() if n["resource_type"] == "model" and n["schema"] == "marts")
    return sorted(
        (
            Mart(
                node["name"],
                node["description"],
                {name: column["description"] for name, column in node["columns"].items()},
                keys[node["unique_id"]],
                node["config"]["meta"].get("other_columns"),
            )
            for node in marts
        ),
        key=lambda mart: mart.name,
    )


def grains(manifest: Path) -> dict[str, tuple[str, ...]]:
    """Key columns of every model and seed that promises a grain, by its unique id."""
    return {
        node["attached_node"]: tuple(node["test_metadata"]["kwargs"]["key"])
        for node in manifest_body(manifest)["nodes"].values()
        if node["resource_type"] == "test" and (node.get("test_metadata") or {}).get("name") == "unique_grain"
    }


def mart_sources(manifest: Path, mart: str) -> set[str]:
    """Extract tables, such as erp.documents, that a mart is computed from, through all models between."""
    body = manifest_body(manifest)
    waiting, found = [node for node in body["nodes"] if node.endswith(f".{mart}")], set()
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting += body["parent_map"].get(node, [])
    return {".".join(node.split(".")[-2:]) for node in found if node.startswith("source.")}


def manifest_body(manifest: Path) -> dict[str, Any]:
    """A manifest's JSON, which is long and read several times by one command."""
    return _parsed(manifest, manifest.stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _parsed(manifest: Path, _written_at: int) -> dict[str, Any]:
    return dict(json.loads(manifest.read_text(encoding="utf-8")))
