"""The linters and the type checker find nothing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.project.dictionary import assemble
from tests.conftest import ROOT

BIN = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command", [["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]], ids=["ruff", "format", "mypy"]
)
def test_nothing_is_found(command: list[str]) -> None:
    nothing_is_found(command, ROOT, {})


def test_nothing_is_found_in_models(tmp_path: Path) -> None:
    """Where dbt can read them: assembled."""
    environment = {
        "RECEIVABLES_WORKING_DATABASE": str(tmp_path / "lint.duckdb"),
        "RECEIVABLES_DBT_THREADS": "1",
        "RECEIVABLES_MEMORY_LIMIT": "1GB",
        "DBT_LOG_PATH": str(tmp_path),
    }
    assemble(ROOT / "dbt_project", tmp_path / "dbt_project")
    # The linter looks for the project beside its settings.
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    nothing_is_found(["sqlfluff", "lint", "dbt_project/models"], tmp_path, environment)


def nothing_is_found(command: list[str], place: Path, environment: dict[str, str]) -> None:
    started = [BIN / command[0], *command[1:]]
    done = subprocess.run(started, cwd=place, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
