"""The project that dbt reads says of every column all that the dictionary and its model say."""

import csv
from pathlib import Path

import pytest
import yaml

from ingestion.errors import DataRefusedError
from orchestration.project.dictionary import DESCRIBED, Project, assemble, derivations, in_full
from tests.conftest import ROOT

WRITTEN = Project(
    columns={
        "level": {"data_type": "varchar", "label_zh": "层级", "description": "What the row groups."},
        "paid_amount": {
            "data_type": "decimal(18,2)", "unit": "document currency", "label_zh": "已付金额",
            "additivity": "within one currency", "ends": "line", "description": "Amount paid.",
        },
    },
    conditions={"paid": "part.amount < 0", "paid_late": "{paid} and part.days_late > 0"},
    ends={"line": "Stands on a line."},
)  # fmt: skip


def test_a_name_alone_gets_all_that_the_dictionary_says() -> None:
    (column,) = in_full({"name": "fct_paid", "columns": ["paid_amount"]}, WRITTEN, is_mart=True)["columns"]
    assert column == {
        "name": "paid_amount",
        "data_type": "decimal(18,2)",
        "description": "Amount paid. Unit: document currency.",
        "config": {
            "meta": {
                "unit": "document currency", "label_zh": "已付金额", "additivity": "within one currency",
                "ends": "Stands on a line.",
            }
        },
    }  # fmt: skip


def test_a_model_says_what_is_otherwise_there_and_levels_are_not_added_up() -> None:
    derivation = {"sum": "amount", "of": "fct_postings", "same": ["as_of_date"], "where": "{paid_late}"}
    details = {"paid_amount": {"description": "Paid late.", "data_tests": ["not_null"], "derivation": derivation}}
    model = {"name": "fct_paid", "columns": ["level", "paid_amount"], "details": details}
    _, column = in_full(model, WRITTEN, is_mart=True)["columns"]
    assert column["description"] == "Paid late. Unit: document currency." and column["data_tests"] == ["not_null"]
    meta = column["config"]["meta"]
    assert meta["additivity"] == "within one currency, and one level" and "ends" not in meta
    assert meta["derivation"] == [
        {
            "value": "coalesce(sum(part.amount), 0)", "columns": ["amount"], "mart": "fct_postings",
            "where": "part.as_of_date = cell.as_of_date and part.amount < 0 and part.days_late > 0",
        }
    ]  # fmt: skip


def test_a_step_has_no_contract_to_promise_types() -> None:
    (column,) = in_full({"name": "int_paid", "columns": ["paid_amount"]}, WRITTEN, is_mart=False)["columns"]
    assert "data_type" not in column and "ends" not in column["config"]["meta"]


def test_a_derivation_without_value_only_tells_what_the_figure_rests_on() -> None:
    column = {"derivation": {"rests_on": "amount", "of": "fct_postings", "where": "true"}}
    assert derivations(column, WRITTEN) == [{"columns": ["amount"], "mart": "fct_postings", "where": "true"}]


@pytest.fixture(scope="module")
def assembled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("assembled") / "project"
    assemble(ROOT / "dbt_project", folder)
    return folder


def test_what_is_assembled_again_is_the_same(assembled: Path, tmp_path: Path) -> None:
    assemble(ROOT / "dbt_project", tmp_path / "again")
    files = [path.relative_to(assembled) for path in sorted(assembled.rglob("*")) if path.is_file()]
    assert files and all((assembled / path).read_bytes() == (tmp_path / "again" / path).read_bytes() for path in files)


def test_a_column_that_the_dictionary_does_not_have_is_refused_by_name(tmp_path: Path) -> None:
    model, columns = tmp_path / "project" / "models" / "marts" / "fct_paid.yml", tmp_path / "project" / "columns"
    for folder in (model.parent, columns):
        folder.mkdir(parents=True)
    model.write_text("models: [{name: fct_paid, columns: [paid_amount, paid_twice]}]\n", encoding="utf-8")
    described = "paid_amount: {data_type: integer, label_zh: 已付, description: Paid.}\n"
    (columns / "payments.yml").write_text(described, encoding="utf-8")
    (tmp_path / "project" / "derivations.yml").write_text("conditions: {}\nends: {}\n", encoding="utf-8")
    with pytest.raises(DataRefusedError, match=r"fct_paid.yml names columns .*: paid_twice\.\n  To fix: describe each"):
        assemble(tmp_path / "project", tmp_path / "assembled")
    assert not (tmp_path / "assembled").exists()


def test_raw_and_staging_are_described_from_their_contracts(assembled: Path) -> None:
    described = yaml.safe_load((assembled / "models/staging/erp/stg_erp__documents.yml").read_text(encoding="utf-8"))
    (model,) = described["models"]
    (grain,) = (test["unique_grain"] for test in model["data_tests"] if "unique_grain" in test)
    assert grain == {"arguments": {"key": ["company_code", "document_no"]}}
    assert (assembled / "models/staging/erp/_erp__sources.yml").exists()


def test_the_seed_of_dim_columns_tells_formula_and_additivity(assembled: Path) -> None:
    with (assembled / DESCRIBED).open(encoding="utf-8", newline="") as lines:
        told = {(row["mart_name"], row["column_name"]): row for row in csv.DictReader(lines)}
    dso = told["fct_turnover", "average_days_delinquent"]
    assert (dso["formula"], dso["additivity"], dso["unit"]) == ("dso_simple - best_possible_dso", "never", "days")
    assert told["fct_aging", "outstanding_amount"]["additivity"] == "within one currency and as_of_date"
    assert (told["fct_aging", "as_of_date"]["label_en"], told["fct_aging", "as_of_date"]["label_zh"]) == ("As of date", "基准日")


def test_a_project_of_a_time_before_the_dictionary_is_copied(tmp_path: Path) -> None:
    model = tmp_path / "old" / "models" / "marts" / "fct_old.yml"
    model.parent.mkdir(parents=True)
    model.write_text("models: [{name: fct_old, columns: [{name: a, description: As it was.}]}]\n", encoding="utf-8")
    assemble(tmp_path / "old", tmp_path / "new")
    assert (tmp_path / "new" / "models" / "marts" / "fct_old.yml").read_bytes() == model.read_bytes()
