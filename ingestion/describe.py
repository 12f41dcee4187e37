"""What dbt is told of the raw and staging tables, taken from the contracts, so that an extract is described once."""

from pathlib import PurePath
from typing import Any

from ingestion.contract import Column, Contract, load_contracts

# Every staged row says where it stands, for whatever cites it.
CITED = (
    {"name": "load_id", "description": "Load that brought the row."},
    {"name": "line_number", "description": "Line of the loaded file that the row stands on."},
)
LINEAGE = (
    {"name": "_load_id", "description": "Load that brought the row; see raw.loads."},
    {"name": "_file_sha256", "description": "Fingerprint of the archived file that the row stands in."},
    {"name": "_line_number", "description": "Line of that file (row of the sheet, for Excel), counted from 1."},
    {
        "name": "_is_corrected",
        "description": "Whether the line was quarantined and stands here with corrected values.",
    },
)


def described_files() -> dict[PurePath, dict[str, Any]]:
    """What each file of descriptions below the staging models holds, by its path there."""
    contracts = load_contracts().values()
    files = {
        PurePath(contract.source, f"stg_{contract.raw_name}.yml"): {"models": [_staging_model(contract)]}
        for contract in contracts
    }
    for source in sorted({contract.source for contract in contracts}):
        tables = [_source_table(contract) for contract in contracts if contract.source == source]
        body = {"name": source, "schema": "raw", "description": f"Extracts of the {source} system.", "tables": tables}
        files[PurePath(source, f"_{source}__sources.yml")] = {"sources": [body]}
    return files


def _source_table(contract: Contract) -> dict[str, Any]:
    return {
        "name": contract.table,
        "identifier": contract.raw_name,
        "description": f"{contract.description} Every delivered row that met its contract, {contract.grain} and load.",
        "config": {"meta": {"dagster": {"asset_key": ["raw", contract.raw_name]}}},
        "columns": [_column(column) for column in contract.columns] + [dict(column) for column in LINEAGE],
    }


def _staging_model(contract: Contract) -> dict[str, Any]:
    source = f"source('{contract.source}', '{contract.table}')"
    tests: list[dict[str, Any]] = [
        {"unique_grain": {"arguments": {"key": list(contract.key)}}},
        {"staged_completely": {"arguments": {"raw": source, **_completeness(contract)}}},
    ]
    return {
        "name": f"stg_{contract.raw_name}",
        "description": f"{contract.description} As known at the refresh, {contract.grain}.",
        "data_tests": tests,
        "columns": [_column(column) for column in contract.columns] + [dict(column) for column in CITED],
    }


def _completeness(contract: Contract) -> dict[str, Any]:
    return {"key": list(contract.key), "replaces_by": list(contract.replaced_within)}


def _column(column: Column) -> dict[str, Any]:
    unit = f" Unit: {column.unit}." if column.unit else ""
    return {
        "name": column.name,
        "description": column.description + unit,
        "config": {"meta": {"label_zh": column.label_zh}},
    }
