"""The table of contents of the graph: every asset, job, schedule and resource by name."""

import dagster as dg

from orchestration.graph.assets.published import candidate_asset, published_asset
from orchestration.graph.assets.raw import raw_assets
from orchestration.graph.assets.warehouse import dbt_resource, warehouse_assets
from orchestration.graph.jobs import business_days, daily_refresh
from orchestration.graph.progress import progress_logger
from orchestration.graph.resources import Delivery, home_resource
from orchestration.graph.sensors import ledger_sensors
from orchestration.project.manifest import current_manifest
from orchestration.settings import Settings, apply_settings, keep_to_itself, read_settings


def build_definitions(settings: Settings) -> dg.Definitions:
    """The whole graph on one warehouse home."""
    manifest = current_manifest(settings)
    return dg.Definitions(
        assets=[
            *raw_assets(settings),
            warehouse_assets(settings, manifest),
            candidate_asset(settings, manifest),
            published_asset(settings),
        ],
        jobs=[daily_refresh],
        schedules=[business_days],
        sensors=ledger_sensors(settings),
        resources={"delivery": Delivery(), "dbt": dbt_resource(settings), "home": home_resource(settings)},
        # Also runs of some assets only go on in one process, which holds the home's lock throughout.
        executor=dg.in_process_executor,
        loggers={"console": dg.colored_console_logger, "progress": progress_logger},
    )


@dg.definitions
def definitions() -> dg.Definitions:
    """The graph on the home that the environment names, for Dagster's own processes."""
    settings = read_settings()
    apply_settings(settings)
    keep_to_itself(settings)
    return build_definitions(settings)
