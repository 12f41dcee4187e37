"""What a run is told from outside: which sender's files, and where they are."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg

from ingestion.profile import Profile, load_profile
from orchestration.graph.assets.partitions import is_of_command_line, kind_of
from orchestration.graph.tidy import tidy
from orchestration.ledger.lock import only_writer
from orchestration.settings import Settings

# An asset that changes the home names it among its arguments, so that a run of any of them holds it.
Home = dg.ResourceParam[Settings]


class Delivery(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The sender's profile, and the folder that holds its files (default: the home's `extracts`)."""

    profile: str = "demo"
    extracts: str = ""

    def read_profile(self) -> Profile:
        """The sender's profile."""
        return load_profile(self.profile)

    def folder(self, settings: Settings) -> Path:
        """The folder with the sender's files."""
        return Path(self.extracts) if self.extracts else settings.extracts


def home_resource(settings: Settings) -> dg.ResourceDefinition:
    """The home that a run writes to, held by its one lock from the run's first step to its last.

    A command holds it already; a run of the UI or the schedule takes it here, and is refused while another writer has it.
    """

    @dg.resource(description="The home, which one run at a time may change.")
    def home(context: dg.InitResourceContext) -> Iterator[Settings]:
        run, instance = context.run, context.instance
        if run is None or instance is None:
            raise dg.DagsterInvariantViolationError("The home is changed by runs only.")
        started_at, as_of_date = start_of_run(instance, run.run_id), run.tags.get("dagster/partition")
        with only_writer(settings, "refresh", started_at, kind=kind_of(run), as_of_date=as_of_date) as killed:
            if not is_of_command_line(run):
                tidy(settings, started_at, killed)
            yield settings

    return home


def run_started_at(context: dg.AssetExecutionContext) -> datetime:
    """When the run of an asset started, in UTC."""
    return start_of_run(context.instance, context.run.run_id)


def start_of_run(instance: dg.DagsterInstance, run_id: str) -> datetime:
    """When a run started, in UTC: the one clock that loads, publications and the ledger are stamped with."""
    record = instance.get_run_record_by_id(run_id)
    if record is None:
        raise dg.DagsterInvariantViolationError(f"Run {run_id} is not in the run history.")
    return datetime.fromtimestamp(record.start_time or record.create_timestamp.timestamp(), tz=UTC).replace(tzinfo=None)
