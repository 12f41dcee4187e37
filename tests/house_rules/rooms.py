"""The rooms of the house, in the one order in which they may import each other; the house rule and the drawing read this list."""

import ast
from pathlib import Path

from tests.conftest import ROOT

# Lowest first: a room imports itself and rooms before it.
ROOMS = (
    "ingestion",
    "orchestration/settings.py",
    "orchestration/ledger",
    "orchestration/project",
    "orchestration/quality",
    "orchestration/publication",
    "orchestration/report",
    "orchestration/trace",
    "orchestration/rebuild",
    "orchestration/audit",
    "orchestration/graph",
    "orchestration/cli",
)
# The room that alone knows a tool, by the name that the tool is imported under.
OWNERS = {
    "dagster": "orchestration/graph",
    "dagster_dbt": "orchestration/graph",
    "dagster_webserver": "orchestration/graph",
    "dbt": "orchestration/project",
    "great_expectations": "orchestration/quality",
}


def python_files(room: str) -> list[Path]:
    """A room's modules."""
    place = ROOT / room
    return [place] if place.suffix == ".py" else sorted(place.rglob("*.py"))


def room_of(module: str) -> str | None:
    """The room that a module's dotted name leads to; None outside of the house."""
    path = module.replace(".", "/")
    return next((room for room in ROOMS if f"{path}/".startswith(f"{room.removesuffix('.py')}/")), None)


def imported(path: Path) -> set[str]:
    """Dotted names that a module imports, anywhere in it: of `from a import b` both `a` and `a.b`."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: modules are imported by their whole name"
            names |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def arrows() -> set[tuple[str, str]]:
    """Which room imports which other."""
    return {
        (room, other)
        for room in ROOMS
        for path in python_files(room)
        for name in imported(path)
        if (other := room_of(name)) is not None and other != room
    }
