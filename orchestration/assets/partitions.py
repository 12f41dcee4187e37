"""The partitions of a refresh: one per as-of date. Any past date can be computed at any time."""

import dagster as dg

TIME_ZONE = "Asia/Shanghai"
AS_OF_DATES = dg.DailyPartitionsDefinition(start_date="2000-01-01", timezone=TIME_ZONE, end_offset=1)
