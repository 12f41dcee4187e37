"""The yardstick as a process of its own, of a working database, dbt's target folder and a limit of memory."""

import sys
from pathlib import Path

from benchmarks.refresh import run_models

run_models(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
