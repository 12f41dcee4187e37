"""What dbt has parsed is used for the project and the place that it was parsed in, and for no other."""

import shutil
from pathlib import Path

import pytest

from orchestration.project.dictionary import assemble
from orchestration.project.manifest import _is_as_assembled, _parsed_for, project_state, tell_parse, told_parses
from orchestration.settings import Settings
from tests.conftest import ROOT


def test_a_checkout_elsewhere_with_the_same_files_is_the_same_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(tmp_path / "warehouse")
    state, parsed_for = project_state(settings), _parsed_for(settings)
    shutil.copytree(ROOT / "dbt_project", tmp_path / "dbt_project", ignore=shutil.ignore_patterns("target", "logs"))
    monkeypatch.setattr("orchestration.settings.PROJECT_ROOT", tmp_path)
    assert (project_state(settings), _parsed_for(settings)) == (state, parsed_for)
    column = tmp_path / "dbt_project" / "columns" / "shared.yml"
    column.write_text(column.read_text(encoding="utf-8").replace("基准日", "日期"), encoding="utf-8")
    assert project_state(settings) != state and _parsed_for(settings) != parsed_for


def test_what_was_parsed_in_another_home_is_parsed_again(tmp_path: Path) -> None:
    """dbt keeps the place of each seed's file: a home that has moved would look for them where they were."""
    assert _parsed_for(Settings(tmp_path / "here")) != _parsed_for(Settings(tmp_path / "there"))


def test_a_file_that_was_changed_where_dbt_reads_it_is_noticed(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "warehouse")
    assemble(settings.dbt_project, settings.assembled_project)
    for name in ("manifest.json", "partial_parse.msgpack"):
        (settings.dbt_target / name).write_text("{}")
    tell_parse(settings, settings.dbt_target)
    (told,) = told_parses(settings)
    assert _is_as_assembled(settings, told)
    model = settings.assembled_project / "models" / "marts" / "receivables" / "fct_aging.sql"
    model.write_text(model.read_text(encoding="utf-8") + "limit 1\n", encoding="utf-8")
    assert not _is_as_assembled(settings, told)
