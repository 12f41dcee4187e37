"""What dbt has parsed is used for the project that it was parsed of, and for no other."""

import shutil
from pathlib import Path

import pytest

from orchestration.project.manifest import _parsed_for, project_state
from orchestration.settings import Settings
from tests.conftest import ROOT


def test_what_was_parsed_of_another_checkout_is_parsed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """dbt keeps the place of each seed's file: a home whose checkout has moved would look for them where they were."""
    settings = Settings(tmp_path / "warehouse")
    state, parsed_for = project_state(settings), _parsed_for(settings)
    shutil.copytree(ROOT / "dbt_project", tmp_path / "dbt_project", ignore=shutil.ignore_patterns("target", "logs"))
    monkeypatch.setattr("orchestration.settings.PROJECT_ROOT", tmp_path)
    assert project_state(settings) == state
    assert _parsed_for(settings) != parsed_for
