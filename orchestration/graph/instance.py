"""Dagster's own store of runs, events and ticks in a home, opened by one process at a time where it may have to be made.

Two processes that both find no store make its tables at once, and one of them fails on tables that the other just made.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
from filelock import FileLock

from orchestration.settings import Settings


@contextmanager
def open_instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """The home's Dagster instance; its store is made if there is none."""
    with FileLock(settings.dagster_home / "opening.lock"):
        instance = dg.DagsterInstance.from_config(str(settings.dagster_home))
    with instance:
        yield instance
