"""A column is described once: its name has one label and one unit, and a model says only what is otherwise there."""

from collections import defaultdict
from difflib import SequenceMatcher
from itertools import chain
from pathlib import Path

import pytest
import yaml

from ingestion.contract import load_contracts
from orchestration.project.dictionary import COLUMNS, derivations, read_models, read_project, said_of_columns
from tests.conftest import ROOT

PROJECT = ROOT / "dbt_project"
WRITTEN = read_project(PROJECT)
DICTIONARY = WRITTEN.columns
MODELS = read_models(PROJECT)
MARTS = {path: model for path, model in MODELS.items() if "marts" in path.parts}
FILES = sorted((PROJECT / COLUMNS).glob("*.yml"))
# What a model may say of a column that the dictionary says of its name.
SAID_OTHERWISE = {"description", "data_type", "additivity", "ends"}
NUMBERS = ("decimal", "integer", "bigint", "double")


def names(path: Path) -> list[str]:
    """Names of a file of the dictionary as they stand there, also those that stand twice."""
    return [key.value for key, _ in yaml.compose(path.read_text(encoding="utf-8")).value]


def likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one.lower(), other.lower()).ratio()


def test_a_name_stands_once_and_in_order() -> None:
    found = [names(path) for path in FILES]
    assert all(listed == sorted(listed) for listed in found)
    assert len(list(chain.from_iterable(found))) == len(DICTIONARY)


def test_every_column_of_a_model_is_in_the_dictionary_and_every_entry_is_of_a_model() -> None:
    assert {name for model in MODELS.values() for name in model["columns"]} == set(DICTIONARY)


@pytest.mark.parametrize("path", MARTS, ids=lambda path: path.stem)
def test_columns_of_marts_have_a_type_a_label_and_say_what_may_be_summed(path: Path) -> None:
    for name in MARTS[path]["columns"]:
        column = DICTIONARY[name]
        assert column["data_type"] and column["label_zh"], name
        assert ("additivity" in column) == column["data_type"].startswith(NUMBERS), name


@pytest.mark.parametrize("path", MARTS, ids=lambda path: path.stem)
def test_a_figure_of_a_mart_says_what_it_comes_from_or_why_its_way_ends_there(path: Path) -> None:
    for name, column in said_of_columns(MARTS[path], WRITTEN).items():
        if column["data_type"].startswith(NUMBERS):
            assert derivations(column, WRITTEN) or WRITTEN.ends[column["ends"]], name


@pytest.mark.parametrize("path", MARTS, ids=lambda path: path.stem)
def test_derivations_name_columns_that_are_there(path: Path) -> None:
    columns = {model["name"]: {*model["columns"]} for model in MARTS.values()}
    for name, column in said_of_columns(MARTS[path], WRITTEN).items():
        for one in derivations(column, WRITTEN):
            assert {*one["columns"]} <= columns[one.get("mart", path.stem)], name


def test_every_condition_and_every_reason_is_used() -> None:
    said = [said_of_columns(model, WRITTEN) for model in MARTS.values()]
    told = [one for columns in said for column in columns.values() for one in [column.get("derivation", {})]]
    texts = f"{told} {[*WRITTEN.conditions.values()]}"
    assert all(f"{{{name}}}" in texts for name in WRITTEN.conditions)
    assert set(WRITTEN.ends) == {column["ends"] for column in DICTIONARY.values() if "ends" in column}


def test_a_name_has_one_label_also_in_contracts() -> None:
    labels = defaultdict(set)
    for name, column in DICTIONARY.items():
        labels[name] |= {column["label_zh"]} if "label_zh" in column else set()
    for contract in load_contracts().values():
        for column in contract.columns:
            labels[column.name].add(column.label_zh)
    assert not {name: found for name, found in labels.items() if len(found) > 1}


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_model_says_only_what_is_otherwise_there(path: Path) -> None:
    model = MODELS[path]
    details = model.get("details", {})
    assert set(details) <= set(model["columns"])
    for name, said in details.items():
        assert set(said) <= SAID_OTHERWISE | {"data_tests", "derivation"}, name
        assert not {key for key in SAID_OTHERWISE & set(said) if said[key] == DICTIONARY[name].get(key)}, name
        if "description" in said:
            assert likeness(said["description"], DICTIONARY[name]["description"]) < 0.97, name
