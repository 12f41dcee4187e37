"""What a refresh is known by: its partition, one per as-of date of this century, and the tag of the command line's runs."""

import warnings

import dagster as dg

from orchestration.graph.as_of import END_DATE, FIRST_DATE

CLI_TAG = {"receivables/started_by": "command line"}
TIME_ZONE = "Asia/Shanghai"
# Dagster counts the offset from today, so it reaches past END_DATE; `refuse_other_centuries` holds that line.
AS_OF_DATES = dg.DailyPartitionsDefinition(
    start_date=FIRST_DATE.isoformat(), timezone=TIME_ZONE, end_offset=(END_DATE - FIRST_DATE).days
)
# A run is of one date. Without the same policy for all assets Dagster warns; of the parameter, that it may change.
warnings.filterwarnings("ignore", message="Parameter `backfill_policy`", category=dg.BetaWarning)
ONE_DATE = dg.BackfillPolicy.multi_run(max_partitions_per_run=1)


def kind_of(run: dg.DagsterRun) -> str:
    """By which way a run was started: command, schedule or ui."""
    if is_of_command_line(run):
        return "command"
    return "schedule" if "dagster/schedule_name" in run.tags else "ui"


def is_of_command_line(run: dg.DagsterRun) -> bool:
    """Whether the command line started a run, and not the UI or the schedule."""
    return CLI_TAG.items() <= run.tags.items()
