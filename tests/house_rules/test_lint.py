"""The linters and the type checker find nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

BIN = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy"],
        ["sqlfluff", "lint", "dbt_project/models"],
    ],
    ids=["ruff", "format", "mypy", "sqlfluff"],
)
def test_nothing_is_found(command: list[str], tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "RECEIVABLES_WORKING_DATABASE": str(tmp_path / "lint.duckdb"),
        "RECEIVABLES_DBT_THREADS": "1",
        "RECEIVABLES_MEMORY_LIMIT": "1GB",
        "DBT_LOG_PATH": str(tmp_path),
    }
    done = subprocess.run(
        [BIN / command[0], *command[1:]], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
