"""The order of a refresh in Dagster: assets, checks, jobs, schedules, sensors, resources, its runs and its pages.

The only room that imports Dagster. Here belongs order, time and who to tell; each asset calls a room below and reports what it
said. No SQL, no rule.
"""
