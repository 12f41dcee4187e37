"""What a command of a benchmark takes, in the environment that apply_settings made."""

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from ingestion.errors import DataRefusedError
from orchestration.settings import PROJECT_ROOT


@dataclass(frozen=True)
class Measured:
    """Wall time, CPU time of a process and its children, and the peak memory of the largest of them."""

    seconds: float
    cpu_seconds: float
    peak_gib: float

    def __str__(self) -> str:
        return f"{self.cpu_seconds:9.1f} CPU-s {self.seconds:9.1f} s {self.peak_gib:6.2f} GiB"


def measured(command: list[str], folder: Path = PROJECT_ROOT, *, shows_errors_only: bool = False) -> Measured:
    """Run a command in a folder and measure it; refused when it fails."""
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL if shows_errors_only else None)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise DataRefusedError(f"{' '.join(command[:4])} ended with {process.returncode}.", "read what it printed above")
    return Measured(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024**2)
