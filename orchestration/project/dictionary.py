"""The dbt project as dbt reads it, assembled from the project as people write it.

People write a column once, in `dbt_project/columns/`, and a model's YAML names its columns and says only what is otherwise there,
and for marts how a figure comes from others (`derivation`, with conditions of `dbt_project/derivations.yml` in braces). dbt wants
every column of every model in full: that is written here, into a folder that nobody edits. What dbt is told of raw and staging
tables comes from the contracts. The project of a commit that had no dictionary yet is copied as it is.

    python -m orchestration.project.dictionary FOLDER    an ordinary dbt project, for dbt's own command line and for editors
"""

import csv
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ingestion.describe import described_files
from ingestion.errors import DataRefusedError

COLUMNS, DERIVATIONS = "columns", "derivations.yml"
PARTS = ("dbt_project.yml", "profiles.yml", "macros", "models", "seeds", "tests")
# The seed that `dim_columns` is made of.
DESCRIBED = Path("seeds") / "reference" / "described_columns.csv"
SEED_COLUMNS = (
    *("mart_name", "column_name", "column_order", "data_type", "unit", "description", "label_en", "label_zh", "formula"),
    "additivity",
)
# What the dictionary says of a column and the properties of a model hand on as `meta`.
HANDED_ON = ("unit", "label_zh", "additivity")
TAKEN = {"sum": "coalesce(sum(part.{}), 0)", "take": "max(part.{})", "count": "count(part.as_of_date)"}

Column = Mapping[str, Any]


@dataclass(frozen=True)
class Project:
    """What people wrote: columns by name, conditions of derivations by name, and reasons why the way of a figure ends."""

    columns: Mapping[str, Column]
    conditions: Mapping[str, str]
    ends: Mapping[str, str]


def assemble(project: Path, folder: Path) -> None:
    """Write the project that dbt reads into a folder, in the place of what stood there."""
    new = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    for part in PARTS:
        if (project / part).is_dir():
            # Times too: dbt compares them before it reads a file anew.
            shutil.copytree(project / part, new / part)
        elif (project / part).exists():
            shutil.copy2(project / part, new / part)
    if (project / COLUMNS).is_dir():
        _describe(new, read_project(project))
    shutil.rmtree(folder, ignore_errors=True)
    new.rename(folder)


def read_project(project: Path) -> Project:
    """The dictionary, and what derivations of columns name."""
    columns = {name: column for path in sorted((project / COLUMNS).glob("*.yml")) for name, column in _read(path).items()}
    return Project(columns, **_read(project / DERIVATIONS))


def read_models(project: Path) -> dict[Path, dict[str, Any]]:
    """Every model's description as people write it, by the path of its file."""
    read = ((path, _read(path)) for path in sorted((project / "models").rglob("*.yml")))
    return {path: body["models"][0] for path, body in read if "models" in body}


def in_full(model: Mapping[str, Any], project: Project, *, is_mart: bool) -> dict[str, Any]:
    """A model's description as dbt wants it: all of each column, with types, derivations and ends where it is a mart."""
    said = said_of_columns(model, project)
    described = [_column(name, column, project, is_mart=is_mart, has_levels="level" in said) for name, column in said.items()]
    return {**{key: value for key, value in model.items() if key != "details"}, "columns": described}


def said_of_columns(model: Mapping[str, Any], project: Project) -> dict[str, Column]:
    """What the dictionary says of each column of a model, or the model where it is otherwise there."""
    details = model.get("details", {})
    return {name: {**project.columns[name], **details.get(name, {})} for name in model["columns"]}


def derivations(column: Column, project: Project) -> list[dict[str, Any]]:
    """How a column comes from others, in full: a way for each kind of row, as `orchestration/trace/derivations.py` reads it."""
    told = column.get("derivation", [])
    return [_derivation(one, project.conditions) for one in (told if isinstance(told, list) else [told])]


def _derivation(told: Mapping[str, Any], conditions: Mapping[str, str]) -> dict[str, Any]:
    (kind,) = told.keys() & {*TAKEN, "formula", "rests_on"}
    columns = told["follow"] if kind == "formula" else [told[kind]]
    value = {"formula": told.get("formula"), "rests_on": None}.get(kind, TAKEN.get(kind, "").format(*columns))
    where = [f"part.{name} = cell.{name}" for name in told.get("same", [])] + [told[key] for key in ("where",) if key in told]
    found = {"value": value, "columns": columns, "mart": told.get("of"), "where": " and ".join(where), "when": told.get("when")}
    return {key: _named(text, conditions) if isinstance(text, str) else text for key, text in found.items() if text}


def _named(text: str, conditions: Mapping[str, str]) -> str:
    """A text with each condition in the place of its name in braces; conditions may name others."""
    while named := re.search(r"{(\w+)}", text):
        text = text.replace(named[0], conditions[named[1]])
    return text


def _column(name: str, column: Column, project: Project, *, is_mart: bool, has_levels: bool) -> dict[str, Any]:
    meta = {key: column[key] for key in HANDED_ON if key in column}
    if has_levels and meta.get("additivity", "never") != "never":
        # Each level shows the same amounts again.
        meta["additivity"] += ", and one level"
    if is_mart and (found := derivations(column, project)):
        meta["derivation"] = found
    elif is_mart and "ends" in column:
        meta["ends"] = project.ends[column["ends"]]
    unit = f" Unit: {column['unit']}." if "unit" in column else ""
    return {
        "name": name,
        **({"data_type": column["data_type"]} if is_mart else {}),
        "description": column["description"] + unit,
        **({"config": {"meta": meta}} if meta else {}),
        **({"data_tests": column["data_tests"]} if "data_tests" in column else {}),
    }


def _describe(folder: Path, project: Project) -> None:
    """Put descriptions in full in the place of those that people wrote, those of raw and staging beside them, and the seed."""
    models, marts = folder / "models", list[dict[str, Any]]()
    for path in sorted(models.rglob("*.yml")):
        body = _read(path)
        if "models" in body:
            is_mart = path.relative_to(models).parts[0] == "marts"
            for model in body["models"]:
                _refuse_unknown_columns(path.relative_to(folder), model, project)
            body["models"] = [in_full(model, project, is_mart=is_mart) for model in body["models"]]
            marts += body["models"] if is_mart else []
            _write(path, body)
    for name, body in described_files().items():
        _write(models / "staging" / name, body)
    with (folder / DESCRIBED).open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(SEED_COLUMNS)
        rows.writerows(row for mart in sorted(marts, key=lambda one: str(one["name"])) for row in _rows(mart))


def _refuse_unknown_columns(path: Path, model: Mapping[str, Any], project: Project) -> None:
    if unknown := [name for name in (*model["columns"], *model.get("details", {})) if name not in project.columns]:
        raise DataRefusedError(
            f"dbt_project/{path} names columns that the dictionary does not have: {', '.join(dict.fromkeys(unknown))}.",
            f"describe each in a file of dbt_project/{COLUMNS}/, with type, unit, label and meaning",
        )


def _rows(mart: Mapping[str, Any]) -> Iterator[list[Any]]:
    """The columns of a mart as rows of the seed."""
    for order, column in enumerate(mart["columns"], 1):
        meta = column["config"]["meta"]
        name = column["name"]
        described = column["description"].removesuffix(f" Unit: {meta.get('unit')}.")
        label = name.replace("_", " ").capitalize()
        yield [
            *(mart["name"], name, order, column["data_type"], meta.get("unit"), described, label, meta["label_zh"]),
            *(_formula(meta), meta.get("additivity")),
        ]


def _formula(meta: Mapping[str, Any]) -> str | None:
    """How a figure comes from others, in words and SQL."""
    ways = [_way(one).replace("part.", "").replace("cell.", "this row's ") for one in meta.get("derivation", [])]
    return "; ".join(ways) or meta.get("ends")


def _way(told: Mapping[str, Any]) -> str:
    formula = told.get("value") or f"rests on {', '.join(told['columns'])}"
    of = f" of {told['mart']} where {told['where']}" if "mart" in told else ""
    when = f", for rows with {told['when']}" if "when" in told else ""
    return f"{formula}{of}{when}"


def _read(path: Path) -> dict[str, Any]:
    with path.open(encoding="utf-8") as text:
        return dict(yaml.load(text, yaml.CSafeLoader))


def _write(path: Path, body: Mapping[str, Any]) -> None:
    text = yaml.dump({"version": 2, **body}, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, width=110)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    from orchestration.settings import PROJECT_ROOT

    try:
        assemble(PROJECT_ROOT / "dbt_project", Path(sys.argv[1]).absolute())
    except DataRefusedError as refused:
        sys.exit(f"Refused: {refused}")
