"""Each stage knows only the one before it (DESIGN), read from the imports and refs themselves."""

import ast
import re
from pathlib import Path

import pytest

from tests.conftest import ROOT

DAGSTER_FREE = (
    "ingestion",
    "orchestration/audit",
    "orchestration/lock.py",
    "orchestration/quality",
    "orchestration/publication",
    "orchestration/report",
    "orchestration/settings.py",
)
MODELS = ROOT / "dbt_project" / "models"
ALLOWED_REFS = {
    "staging": ("stg_ingestion__",),
    "intermediate": ("stg_", "int_", "policy_", "alert_levels", "customer_match_corrections", "row_corrections"),
    "marts": ("int_", "policy_", "source_uses", "alert_levels", "customer_match_corrections", "fct_", "dim_"),
}


def python_files(*places: str) -> list[Path]:
    found: list[Path] = []
    for place in places:
        path = ROOT / place
        found += [path] if path.suffix == ".py" else sorted(path.rglob("*.py"))
    return found


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


@pytest.mark.parametrize("path", python_files(*DAGSTER_FREE), ids=str)
def test_the_layers_below_do_not_know_dagster(path: Path) -> None:
    assert not {name for name in imported(path) if name.split(".")[0] in ("dagster", "dagster_dbt")}


@pytest.mark.parametrize("path", python_files("ingestion"), ids=str)
def test_ingestion_knows_neither_dbt_nor_orchestration(path: Path) -> None:
    assert not {name for name in imported(path) if name.split(".")[0] in ("dbt", "orchestration")}


@pytest.mark.parametrize("path", python_files("orchestration/assets", "orchestration/jobs.py"), ids=str)
def test_assets_hold_no_sql(path: Path) -> None:
    assert not re.search(r"\bselect\b.*\bfrom\b", path.read_text(encoding="utf-8"), flags=re.IGNORECASE)


@pytest.mark.parametrize("path", sorted(MODELS.rglob("*.sql")), ids=lambda path: path.stem)
def test_models_refer_only_to_the_stage_before_them(path: Path) -> None:
    stage = path.relative_to(MODELS).parts[0]
    text = path.read_text(encoding="utf-8")
    refs = re.findall(r'ref\("(\w+)"\)', text)
    assert all(ref.startswith(ALLOWED_REFS[stage]) for ref in refs), refs
    assert bool(re.search(r"\bsource\(", text)) <= (stage == "staging")


def test_definitions_stay_a_table_of_contents() -> None:
    assert len((ROOT / "orchestration" / "definitions.py").read_text(encoding="utf-8").splitlines()) < 60
