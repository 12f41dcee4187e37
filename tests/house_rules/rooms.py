"""The rooms of the house, in the one order in which they may import each other; the house rule and the drawing read this list.

`python -m tests.house_rules.rooms` draws docs/architecture.md anew.
"""

import ast
import re
from itertools import pairwise
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

MAP = ROOT / "docs" / "architecture.md"
OPENING, CLOSING = "```mermaid\n", "```\n"
# The way of a row, which no import tells: places in which it rests, and the rooms and dbt's stages that carry it on.
PLACES = {
    "files": ("[/", "senders' files", "/]"),
    "raw": ("[(", "raw, quarantine", ")]"),
    "dbt_project": ("[", "<b>dbt_project</b><br/>staging, intermediate, marts", "]"),
    "candidate": ("[(", "candidate", ")]"),
    "published": ("[(", "published", ")]"),
    "dashboard": ("[/", "dashboard", "/]"),
}
WAY = (
    "files", "ingestion", "raw", "dbt_project", "candidate", "orchestration/quality", "orchestration/publication",
    "published", "dashboard",
)  # fmt: skip
WAY_BACK = ("dashboard", "orchestration/trace", "files")


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


def purpose(room: str) -> str:
    """What a room is, in the first words of its docstring."""
    place = ROOT / room if room.endswith(".py") else ROOT / room / "__init__.py"
    told = ast.get_docstring(ast.parse(place.read_text(encoding="utf-8"))) or ""
    return re.split(r"[:,;.]", " ".join(told.replace("`", "").split()))[0]


def direct_arrows() -> set[tuple[str, str]]:
    """Arrows without those that a longer way of arrows says already."""
    drawn = arrows()

    def reaches(room: str, other: str) -> bool:
        return any(a == room and (b == other or reaches(b, other)) for a, b in drawn)

    return {(a, b) for a, b in drawn if not any(c == a and d != b and reaches(d, b) for c, d in drawn)}


def drawing() -> str:
    """The map as Mermaid: thin arrows are imports, thick ones the way of a row, dotted ones the way back."""
    # `graph` alone is a word of Mermaid's.
    names = {room: f"room_{Path(room).stem}" for room in ROOMS}
    lines = ["flowchart TB", '  subgraph rooms ["a room imports only rooms below it"]']
    lines += [f'    {names[room]}["<b>{Path(room).stem}</b><br/>{purpose(room)}"]' for room in reversed(ROOMS)]
    lines += [f"    {names[a]} --> {names[b]}" for a, b in sorted(direct_arrows(), key=lambda ab: (-ROOMS.index(ab[0]), ab[1]))]
    lines += ["  end"]
    lines += [f'  {name}{opening}"{told}"{closing}' for name, (opening, told, closing) in PLACES.items()]
    lines += [f"  {names.get(a, a)} ==> {names.get(b, b)}" for a, b in pairwise(WAY)]
    lines += [f"  {names.get(a, a)} -.-> {names.get(b, b)}" for a, b in pairwise(WAY_BACK)]
    return "\n".join(lines) + "\n"


def redrawn(page: str) -> str:
    """The page with the drawing as the code is now."""
    before, _, rest = page.partition(OPENING)
    return before + OPENING + drawing() + CLOSING + rest.partition(CLOSING)[2]


if __name__ == "__main__":
    MAP.write_text(redrawn(MAP.read_text(encoding="utf-8")), encoding="utf-8")
