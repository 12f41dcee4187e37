"""What follows the end of a run: refreshes of the schedule and the UI are told to the ledger, as the command line tells its."""

import dagster as dg

from orchestration.graph.assets.partitions import is_of_command_line
from orchestration.graph.jobs import daily_refresh
from orchestration.graph.outcome import tell_refresh
from orchestration.settings import Settings


def ledger_sensors(settings: Settings) -> list[dg.SensorDefinition]:
    """A sensor for refreshes that succeed and one for those that fail; the daemon runs them from its start."""
    return [
        _sensor(settings, "refresh_succeeded", dg.DagsterRunStatus.SUCCESS),
        _sensor(settings, "refresh_failed", dg.DagsterRunStatus.FAILURE),
    ]


def _sensor(settings: Settings, name: str, status: dg.DagsterRunStatus) -> dg.SensorDefinition:
    @dg.run_status_sensor(
        name=name,
        run_status=status,
        monitored_jobs=[daily_refresh],
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells the ledger of runs how a refresh of the schedule or the UI ended.",
    )
    def told(context: dg.RunStatusSensorContext) -> dg.SkipReason | None:
        if is_of_command_line(context.dagster_run):
            return dg.SkipReason("The command line told the ledger itself.")
        logs = context.instance.all_logs(context.dagster_run.run_id)
        events = [entry.dagster_event for entry in logs if entry.dagster_event is not None]
        tell_refresh(settings, context.instance, context.dagster_run, events)
        return None

    return told
