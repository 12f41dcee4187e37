"""Dagster's own pages and its daemon, run together on this machine: `receivables dev`."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestration.graph.instance import open_instance
from orchestration.graph.interruption import run_together
from orchestration.project.manifest import current_manifest
from orchestration.settings import Settings, use_for_temporary_files

GRAPH = ("-m", "orchestration.graph.definitions")


def run_pages(settings: Settings, port: int) -> int:
    """Serve the pages on 127.0.0.1 and run the daemon until one ends or somebody ends this; gives the exit code."""
    # Parsed and made once, before two processes want them.
    current_manifest(settings)
    with open_instance(settings):
        pass
    with _sockets(settings):
        return run_together(
            (
                [sys.executable, "-m", "orchestration.graph.webserver", "-h", "127.0.0.1", "-p", str(port), *GRAPH],
                [sys.executable, "-m", "dagster._daemon", "run", *GRAPH],
            )
        )


@contextmanager
def _sockets(settings: Settings) -> Iterator[None]:
    """A folder for the sockets by which pages and daemon reach the graph: each run empties the home's folder for temporary files,
    and without them no page could start a run, nor the daemon the next one. Those of killed ones are taken away.
    """
    for left_behind in settings.dagster_home.glob("pages-*"):
        if not Path("/proc", left_behind.name.partition("-")[2]).exists():
            shutil.rmtree(left_behind, ignore_errors=True)
    own = settings.dagster_home / f"pages-{os.getpid()}"
    use_for_temporary_files(own)
    try:
        yield
    finally:
        shutil.rmtree(own, ignore_errors=True)
