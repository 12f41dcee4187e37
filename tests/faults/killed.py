"""A part of a refresh in a process of its own that kills itself (SIGKILL) before the n-th step that leaves something on disk.

`python -m tests.faults.killed publish|load HOME N`: N = 0 runs to the end and prints the steps that it could have died before.
"""

import os
import signal
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ingestion import loader
from ingestion.contract import load_contracts
from ingestion.profile import load_profile
from ingestion.warehouse import create_raw_tables, open_working
from orchestration.project.candidate import read_candidate
from orchestration.publication.publish import publish
from orchestration.settings import Settings
from tests.conftest import WORKED_LEDGER

AT = datetime(2026, 4, 1)  # noqa: DTZ001
steps: list[str] = []


def watched(owner: Any, name: str, die_before: int) -> None:
    """Have every call of a function counted, and the process killed in place of the n-th."""
    original: Callable[..., Any] = getattr(owner, name)

    def call(*arguments: Any, **options: Any) -> Any:
        steps.append(f"{name} {Path(str(arguments[-1])).parent.name if name == 'replace' else ''}".strip())
        if len(steps) == die_before:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*arguments, **options)

    setattr(owner, name, call)


def main(part: str, home: Path, die_before: int) -> None:
    settings = Settings(home)
    if part == "publish":
        for name in ("replace", "fsync"):
            watched(os, name, die_before)
        publish(settings, read_candidate(settings, date(2026, 3, 31)), AT, None)
    else:
        for name in ("archive_file", "read_file", "_judge", "_append"):
            watched(loader, name, die_before)
        with open_working(settings.working_database, settings.memory_limit) as con:
            create_raw_tables(con)
            for table in ("erp.applications", "erp.companies", "erp.customers", "erp.documents"):
                contract, profile = load_contracts()[table], load_profile("canonical")
                loader.load_table(con, contract, profile, WORKED_LEDGER, settings.archive, AT)
    print("\n".join(steps))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
