"""Dagster's own pages and its daemon, run together on this machine: `receivables dev`."""

import sys

from orchestration.graph.instance import open_instance
from orchestration.graph.interruption import run_together
from orchestration.project.manifest import current_manifest
from orchestration.settings import Settings

GRAPH = ("-m", "orchestration.graph.definitions")


def run_pages(settings: Settings, port: int) -> int:
    """Serve the pages on 127.0.0.1 and run the daemon until one ends or somebody ends this; gives the exit code."""
    # Parsed and made once, before two processes want them.
    current_manifest(settings)
    with open_instance(settings):
        pass
    return run_together(
        (
            [sys.executable, "-m", "orchestration.graph.webserver", "-h", "127.0.0.1", "-p", str(port), *GRAPH],
            [sys.executable, "-m", "dagster._daemon", "run", *GRAPH],
        )
    )
