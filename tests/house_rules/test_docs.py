"""What the documents tell a reader to run exists, and nothing in the repository is left over."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from orchestration.cli import main
from tests.conftest import ROOT

DOCUMENTS = [*sorted(ROOT.glob("README*.md")), *sorted((ROOT / "docs").glob("*.md")), ROOT / "tests" / "README.md"]
SOURCES = [
    path
    for folder in ("ingestion", "orchestration", "dbt_project", "tests", "benchmarks", "docs")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in (".py", ".sql", ".yml", ".md") and not {"target", "logs"} & set(path.parts)
]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_commands_in_documents_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    targets = set(re.findall(r"^(\w[\w-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z][\w-]+)\b(?=[`\s])", text)) <= targets
    for command in set(re.findall(r"^\s*(?:uv run )?receivables ([a-z]+)", text, flags=re.MULTILINE)):
        assert CliRunner().invoke(main, [command, "--help"]).exit_code == 0, command


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_files_that_documents_name_exist(path: Path) -> None:
    for name in re.findall(r"`((?:ingestion|orchestration|dbt_project|tests|docs|benchmarks)/[\w./-]+)`", path.read_text()):
        assert (ROOT / name).exists() or (ROOT / "tests" / name).exists(), name


def test_the_readme_in_chinese_gives_the_same_commands_and_shows_the_same_output() -> None:
    english, chinese = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh.md"))
    shown = [re.findall(r"^```\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL) for text in (english, chinese)]
    assert len(shown[0]) == len(shown[1]) == 3
    (_, output, commands), (_, output_shown, commands_shown) = shown
    assert output_shown == output
    assert [command_of(line) for line in commands_shown.splitlines()] == [command_of(line) for line in commands.splitlines()]


def command_of(line: str) -> str:
    """A line of a list of commands without what is said of it."""
    return re.split(r"\s{2,}|(?<=2026-10-31) ", line)[0]


def test_the_readme_lists_every_mart() -> None:
    table = (ROOT / "README.md").read_text(encoding="utf-8").split("## The marts", 1)[1].split("\n## ", 1)[0]
    listed = {name for row in re.findall(r"^\| (`.*?) \|", table, flags=re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
    # What is published tells of itself in a table that publication writes.
    built = {path.stem for path in (ROOT / "dbt_project" / "models" / "marts").rglob("*.sql")}
    assert listed == {*built, "dim_publication"}


def test_the_command_tells_its_version_and_commit() -> None:
    assert re.match(
        r"receivables \d+\.\d+\.\d+( \(commit [0-9a-f]{40}(-dirty)?\))?\n$", CliRunner().invoke(main, ["--version"]).output
    )


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_unfinished_business(path: Path) -> None:
    marks = ("TO" + "DO", "FIX" + "ME", "X" * 3)
    assert not any(re.search(rf"\b{mark}\b", path.read_text(encoding="utf-8")) for mark in marks)


def test_ci_calls_the_command_that_the_readme_names() -> None:
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").rstrip().endswith("\nmake test\nmake faults")
    assert "make test" in (ROOT / "README.md").read_text(encoding="utf-8")
