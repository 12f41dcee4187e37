"""The order of a refresh: assets, checks, jobs, schedules, and the Dagster-free gate, publication and report that they call.

Knows order, time and who to tell; computes no figure.
"""
