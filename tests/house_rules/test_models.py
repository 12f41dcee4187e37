"""Every model reads the same way, is described beside itself, reads no clock and holds no business number."""

import re
from pathlib import Path

import pytest
import yaml

from ingestion.describe import described_files
from orchestration.project.dictionary import in_full, read_models, read_project
from tests.conftest import ROOT

PROJECT = ROOT / "dbt_project"
MODELS = sorted((PROJECT / "models").rglob("*.sql"))
DESCRIBED = {path.relative_to(PROJECT / "models"): model for path, model in read_models(PROJECT).items()}
FROM_CONTRACTS = {Path("staging", path): body for path, body in described_files().items()}
WRITTEN = read_project(PROJECT)
# What arithmetic and the calendar need: identities, signs, percent, two decimals of money, twelve months.
PLAIN_NUMBERS = {"0", "1", "2", "100", "12"}


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_model_opens_with_what_it_is_and_its_grain(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    header = [line for line in lines[:3] if line.startswith("--")]
    assert lines[0].startswith("-- ") and any(line.startswith("-- Grain: one row") for line in header)


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_model_has_its_description_beside_it_or_from_its_contract(path: Path) -> None:
    file = path.relative_to(PROJECT / "models").with_suffix(".yml")
    stage = file.parts[0]
    assert (file in DESCRIBED) != (file in FROM_CONTRACTS)
    if file in DESCRIBED:
        model = in_full(DESCRIBED[file], WRITTEN, is_mart=stage == "marts")
    else:
        (model,) = FROM_CONTRACTS[file]["models"]
    assert model["name"] == path.stem and len(model["description"]) > 30
    assert all(len(column["description"]) > 5 for column in model["columns"])


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_model_reads_no_clock(path: Path) -> None:
    text = path.read_text(encoding="utf-8").lower()
    assert not re.search(r"current_date|current_timestamp|\bnow\(|getdate|\btoday\(", text)


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_model_holds_no_business_number(path: Path) -> None:
    text = re.sub(r"--.*", "", path.read_text(encoding="utf-8"))
    text = re.sub(r"decimal\(\d+, ?\d+\)|'[^']*'|\"[^\"]*\"", "", text)
    numbers = set(re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])", text))
    assert numbers <= PLAIN_NUMBERS, numbers - PLAIN_NUMBERS


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_names_say_layer_and_subject(path: Path) -> None:
    stage, subject = path.relative_to(PROJECT / "models").parts[:2]
    expected = {"staging": rf"stg_{subject}__\w+", "intermediate": rf"int_{subject}__\w+", "marts": r"(dim|fct)_\w+"}
    assert re.fullmatch(expected[stage], path.stem)


@pytest.mark.parametrize("path", [path for path in DESCRIBED if path.parts[0] == "marts"], ids=lambda path: path.stem)
def test_marts_promise_a_grain_and_their_day(path: Path) -> None:
    model = DESCRIBED[path]
    assert any("unique_grain" in test for test in model["data_tests"] if isinstance(test, dict))
    assert "as_of_date" in model["columns"]


def test_marts_have_their_contracts_enforced() -> None:
    project = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))
    assert project["models"]["receivables"]["marts"]["+contract"] == {"enforced": True}


def test_every_policy_table_with_a_version_shows_in_dim_policy_rows() -> None:
    seeds = (PROJECT / "seeds" / "policy").glob("*.csv")
    versioned = {path.stem for path in seeds if path.read_text(encoding="utf-8").startswith("policy_version,")}
    shown = re.findall(r'"(policy_\w+)"', (PROJECT / "models/marts/shared/dim_policy_rows.sql").read_text(encoding="utf-8"))
    assert {*shown, "policy_versions"} == versioned
