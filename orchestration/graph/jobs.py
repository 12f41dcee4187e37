"""The jobs and when they run."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import dagster as dg

from orchestration.graph.assets.partitions import AS_OF_DATES, TIME_ZONE

# The tests of dbt's models are made whenever the models are built, and told as checks; as outputs of the job each would cost
# Dagster three events more.
daily_refresh = dg.define_asset_job(
    "daily_refresh",
    selection=dg.AssetSelection.all().without_checks() | dg.AssetSelection.groups("raw", "gate", "published"),
    partitions_def=AS_OF_DATES,
    executor_def=dg.in_process_executor,
    description="Load what is new, build and check the marts of one as-of date, and publish them if the gate passes.",
)


@dg.schedule(job=daily_refresh, cron_schedule="0 6 * * 2-6", execution_timezone=TIME_ZONE)
def business_days(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Every morning after a business day (Monday to Friday), as of that day."""
    morning = context.scheduled_execution_time.astimezone(ZoneInfo(TIME_ZONE))
    as_of_date = (morning - timedelta(days=1)).date().isoformat()
    return dg.RunRequest(run_key=as_of_date, partition_key=as_of_date)
