"""What a run is told from outside: which sender's files, and where they are."""

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg

from ingestion.profile import Profile, load_profile
from orchestration.settings import Settings


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


def run_started_at(context: dg.AssetExecutionContext) -> datetime:
    """When the run of an asset started, in UTC."""
    return start_of_run(context.instance, context.run.run_id)


def start_of_run(instance: dg.DagsterInstance, run_id: str) -> datetime:
    """When a run started, in UTC: the one clock that loads, publications and the ledger are stamped with."""
    record = instance.get_run_record_by_id(run_id)
    if record is None:
        raise dg.DagsterInvariantViolationError(f"Run {run_id} is not in the run history.")
    return datetime.fromtimestamp(record.start_time or record.create_timestamp.timestamp(), tz=UTC).replace(tzinfo=None)
