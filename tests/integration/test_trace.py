"""Every figure that can be followed is what its parts come to; ten cells of each mart end at lines as the archive holds them."""

from functools import cache
from itertools import cycle
from pathlib import Path

import duckdb
import pytest

from ingestion.archive import archived_path
from ingestion.sql import quoted
from orchestration.project.dictionary import read_models
from orchestration.project.marts import read_marts
from orchestration.settings import Settings
from orchestration.trace.derivations import CITING, OPEN_ITEMS, POSTINGS, Derivation, derivations_of
from orchestration.trace.trace import Source, trace
from tests.conftest import ROOT, Home

DERIVED = [
    (model["name"], column)
    for model in read_models(ROOT / "dbt_project").values()
    for column, said in model.get("details", {}).items()
    if "derivation" in said
]
FOLLOWED = [*DERIVED, ("fct_aging_wide", "1-30"), (OPEN_ITEMS, "outstanding_amount"), (OPEN_ITEMS, "days_past_due"),
            (POSTINGS, "amount"), *((mart, line) for mart, (_, line) in CITING.items())]  # fmt: skip
MARTS = sorted({mart for mart, _ in FOLLOWED})


@cache
def archived_lines(path: Path) -> list[str]:
    content = path.read_bytes()
    if content.startswith(b"PK"):
        return []
    try:
        return content.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        return content.decode("gb18030").splitlines()


def is_in_the_archive(settings: Settings, source: Source) -> bool:
    lines = archived_lines(archived_path(settings.archive, source.sha256))
    return bool(source.text) and (not lines or lines[source.line_number - 1] == source.text)


@pytest.mark.parametrize("mart", MARTS)
def test_ten_cells_of_a_mart_add_up_and_end_at_lines_of_the_archive(demo_home: Home, mart: str) -> None:
    settings = Settings(demo_home.path)
    (grain,) = (one.grain for one in read_marts(settings.dbt_target / "manifest.json") if one.name == mart)
    key = ", ".join(map(quoted, grain))
    columns = [column for followed, column in FOLLOWED if followed == mart]
    told_of = {column: demo_home.query(
        f"select {key} from marts.{mart} where {quoted(column)} is not null and try_cast({quoted(column)} as double) <> 0 "
        f"order by hash({key}) limit 10"
    ) for column in columns}  # fmt: skip
    cells = [(column, cell) for column, cell in zip(cycle(columns), range(10), strict=False) if told_of[column]]
    assert cells, f"no figure of {mart} to follow"
    for column, number in cells:
        cell = told_of[column][number % len(told_of[column])]
        found = trace(settings, mart, dict(zip(grain, map(str, cell), strict=True)), column, shown=5)
        assert found.adds_up is not False, (column, cell)
        sources = [*found.ends.lines, *(source for part in found.ends.items for source in part.sources)]
        assert sources or found.not_followed, (column, cell)
        assert all(is_in_the_archive(settings, source) for source in sources)


@pytest.mark.parametrize(("mart", "column"), DERIVED)
def test_every_cell_of_a_figure_is_what_its_parts_come_to(demo_home: Home, mart: str, column: str) -> None:
    with duckdb.connect(str(demo_home.serving_database), read_only=True) as con:
        (sql_type,) = con.execute(
            "select data_type from duckdb_columns() where table_name = ? and column_name = ?", [mart, column]
        ).fetchone()
        for derivation in derivations_of(Settings(demo_home.path).dbt_target / "manifest.json", mart, column):
            if derivation.value is not None:
                wrong, told = con.execute(comparison(mart, column, derivation, sql_type)).fetchone()
                assert told > 0 and wrong == 0


def comparison(mart: str, column: str, derivation: Derivation, sql_type: str) -> str:
    """SQL that counts cells that their parts do not come to, and all cells."""
    meant = f"{quoted(column)} is not null and ({derivation.when})"
    cells = f"select row_number() over () as cell_number, * from marts.{mart} where {meant}"
    parts, compared = "", f"select {column} as figure, {derivation.value} as value from cells as cell"
    if derivation.mart:
        parts = (
            f", parts as (select cell.cell_number as of_cell, part.* from marts.{derivation.mart} as part "
            f"inner join cells as cell on {derivation.where})"
        )
        compared = (
            f"select any_value(cell.{column}) as figure, {derivation.value} as value from cells as cell "
            "left join parts as part on cell.cell_number = part.of_cell group by cell.cell_number"
        )
    counted = f"select count(*) filter (cast(value as {sql_type}) is distinct from figure), count(*) from ({compared})"
    return f"with cells as materialized ({cells}){parts} {counted}"


def test_a_rate_is_traced_to_the_line_that_states_it(demo_home: Home) -> None:
    found = trace(Settings(demo_home.path), "dim_fx_rates", {"currency_code": "USD", "valid_from": "2026-10-01"}, "fx_rate")
    (line,) = found.ends.lines
    assert line.table == "erp.fx_rates" and line.text.startswith("USD,CNY,20261001,") and found.not_followed == ()


def test_what_nothing_derives_rests_on_the_customers_own_records(demo_home: Home) -> None:
    """The last contact of who is to be collected from: among the customer's contacts, by the as-of date, of no other customer."""
    ((customer, as_of, contacts),) = demo_home.query(
        "select work.customer_id, work.as_of_date, count(*) from marts.fct_collection_worklist as work "
        "inner join marts.fct_record_lines as records on records.customer_id = work.customer_id "
        "and records.table_name = 'crm.collection_activities' group by all order by all desc limit 1"
    )
    found = trace(Settings(demo_home.path), "fct_collection_worklist", {"customer_id": customer}, "last_contact_on", shown=9_999)
    (step,) = found.steps
    assert step.adds_up is None and found.not_followed == ("fct_collection_worklist.last_contact_on",)
    lines = [line for line in found.ends.lines if line.table == "crm.collection_activities"]
    assert len(lines) == contacts and max(line.text.split("\t")[2] for line in lines) <= as_of.isoformat()


def test_what_cannot_be_followed_is_told_with_the_files_behind_it(demo_home: Home) -> None:
    key = {"level": "channel", "level_key": "call"}
    found = trace(Settings(demo_home.path), "fct_collection_effectiveness", key, "contact_count")
    assert found.adds_up is None and found.not_followed == ("fct_collection_effectiveness.contact_count",)
    assert "crm.collection_activities" in {entry["table_name"] for entry in found.inputs}
