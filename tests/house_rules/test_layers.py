"""Rooms and stages know only what is below them, read from the imports and refs themselves."""

import ast
import re
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.house_rules.rooms import MAP, OWNERS, ROOMS, imported, python_files, redrawn, room_of

MODELS = ROOT / "dbt_project" / "models"
ALLOWED_REFS = {
    "staging": ("stg_ingestion__",),
    "intermediate": ("stg_", "int_", "policy_", "alert_levels", "customer_match_corrections", "row_corrections"),
    "marts": (
        "int_",
        "policy_",
        "source_uses",
        "described_columns",
        "alert_levels",
        "customer_match_corrections",
        "fct_",
        "dim_",
    ),
}


def test_every_module_is_in_a_room() -> None:
    loose = {path for path in (ROOT / "orchestration").rglob("*.py") if path.parent != ROOT / "orchestration"}
    assert {path for room in ROOMS for path in python_files(room)} >= loose
    beside = {path.name for path in (ROOT / "orchestration").glob("*.py")}
    assert beside == {"__init__.py", "settings.py"}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_rooms_below_it(room: str) -> None:
    allowed = ROOMS[: ROOMS.index(room) + 1]
    upwards = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in python_files(room)
        for name in imported(path)
        if (room_of(name) or room) not in allowed
    }
    assert not upwards


@pytest.mark.parametrize("tool", OWNERS)
def test_a_tool_is_known_in_one_room(tool: str) -> None:
    knowing = {room for room in ROOMS for path in python_files(room) if tool in {name.split(".")[0] for name in imported(path)}}
    assert knowing == {OWNERS[tool]}


@pytest.mark.parametrize("room", [room for room in ROOMS if not room.endswith(".py")])
def test_a_room_says_what_belongs_in_it_and_what_does_not(room: str) -> None:
    told = ast.get_docstring(ast.parse((ROOT / room / "__init__.py").read_text(encoding="utf-8"))) or ""
    assert "Here belongs" in told and len(told.splitlines()) > 2, told


def test_the_map_is_drawn_as_the_rooms_are() -> None:
    page = MAP.read_text(encoding="utf-8")
    assert page == redrawn(page), "run: python -m tests.house_rules.rooms"


def test_the_map_leads_from_numbers_to_the_models_that_make_them() -> None:
    rows = re.findall(r"^\| .* \| `(\w+)\.(\w+)` \| `([\w/]+\.sql)`", MAP.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert len(rows) == 5
    for mart, column, model in rows:
        (published,) = MODELS.glob(f"marts/*/{mart}.sql")
        assert re.search(rf"\b{column}\b", published.read_text(encoding="utf-8")), (mart, column)
        assert re.search(rf"as {column}\b|\b{column}\b.*%}}", (ROOT / model).read_text(encoding="utf-8")), (model, column)


@pytest.mark.parametrize("path", python_files("orchestration/graph"), ids=lambda path: path.stem)
def test_the_graph_holds_no_sql(path: Path) -> None:
    assert not re.search(r"\bselect\b.*\bfrom\b", path.read_text(encoding="utf-8"), flags=re.IGNORECASE)


@pytest.mark.parametrize("path", sorted(MODELS.rglob("*.sql")), ids=lambda path: path.stem)
def test_models_refer_only_to_the_stage_before_them(path: Path) -> None:
    stage = path.relative_to(MODELS).parts[0]
    text = path.read_text(encoding="utf-8")
    refs = re.findall(r'ref\("(\w+)"\)', text)
    assert all(ref.startswith(ALLOWED_REFS[stage]) for ref in refs), refs
    assert bool(re.search(r"\bsource\(", text)) <= (stage == "staging")


def test_definitions_stay_a_table_of_contents() -> None:
    assert len((ROOT / "orchestration" / "graph" / "definitions.py").read_text(encoding="utf-8").splitlines()) < 60
