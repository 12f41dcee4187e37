"""One asset per extract table: load what is new, then check every load against its contract."""

from collections.abc import Iterator
from datetime import datetime

import dagster as dg

from ingestion.contract import Column, Contract, load_contracts
from ingestion.corrections import apply_corrections
from ingestion.loader import Load, load_table, refuse_without_documents, registered_loads
from ingestion.warehouse import create_raw_tables, open_working
from orchestration.graph.resources import Delivery, Home, run_started_at
from orchestration.quality.landing import LANDING_CHECKS, SUITE, check_loads
from orchestration.rebuild.restore import bring_back, tell_loads
from orchestration.settings import Settings


def raw_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """The raw table of every contract."""
    return [_raw_asset(settings, contract) for contract in load_contracts().values()]


def _raw_asset(settings: Settings, contract: Contract) -> dg.AssetsDefinition:
    key = dg.AssetKey(["raw", contract.raw_name])

    @dg.asset(
        key=key,
        group_name="raw",
        description=f"{contract.description} Grain: {contract.grain} and load.",
        kinds={"duckdb", contract.source},
        pool="warehouse_writer",
        metadata={"dagster/column_schema": dg.TableSchema(columns=[_column(column) for column in contract.columns])},
        check_specs=[
            dg.AssetCheckSpec(check, asset=key, blocking=check == SUITE, description=told)
            for check, told in LANDING_CHECKS.items()
        ],
    )
    def raw_table(context: dg.AssetExecutionContext, delivery: Delivery, home: Home) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
        profile, extracts = delivery.read_profile(), delivery.folder(settings)
        refuse_without_documents(extracts, profile)
        with open_working(settings.working_database, settings.memory_limit) as con:
            create_raw_tables(con)
            started_at = run_started_at(context)
            bring_back(settings, con, started_at)
            found = load_table(con, contract, profile, extracts, settings.archive, started_at)
            corrected = apply_corrections(con, contract, settings.row_corrections)
            loads = registered_loads(con, contract)
            tell_loads(settings, con, contract, [load.load_id for load in found.loads], started_at)
        yield dg.MaterializeResult(
            metadata={
                "delivered_rows": sum(load.delivered_row_count for load in found.loads),
                "loaded_rows": sum(load.loaded_row_count for load in found.loads),
                "quarantined_rows": sum(load.quarantined_row_count for load in found.loads),
                "closed_rows": sum(load.closed_row_count or 0 for load in found.loads),
                "corrected_rows": corrected,
                "files_loaded_now": [load.file_name for load in found.loads],
                "files_known_before": found.known_file_count,
                "is_delivered": bool(loads),
            },
            check_results=list(_check_results(settings, contract, key, loads, started_at)),
        )

    return raw_table


def _check_results(
    settings: Settings, contract: Contract, key: dg.AssetKey, loads: list[Load], at: datetime
) -> Iterator[dg.AssetCheckResult]:
    """One result a check, over all loads of the table."""
    outcomes = check_loads(settings, contract, loads, at)
    for check in LANDING_CHECKS:
        of_check = [outcome for outcome in outcomes if outcome.check_code == check]
        failed = [outcome for outcome in of_check if not outcome.is_passed]
        yield dg.AssetCheckResult(
            check_name=check,
            asset_key=key,
            passed=not failed,
            severity=dg.AssetCheckSeverity.ERROR if check == SUITE else dg.AssetCheckSeverity.WARN,
            metadata={"loads": len(of_check), "failed": [f"{outcome.subject}: {outcome.summary}" for outcome in failed]},
        )


def _column(column: Column) -> dg.TableColumn:
    constraints = dg.TableColumnConstraints(nullable=not column.required)
    return dg.TableColumn(column.name, column.sql_type, description=column.description, constraints=constraints)
