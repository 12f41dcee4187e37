"""A failed check names the rows that it found: their key, what is wrong, and the file and line that they stand on."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import great_expectations.expectations as gxe
import pytest
from great_expectations.expectations import Expectation

from ingestion.contract import load_contracts
from ingestion.loader import Load
from orchestration.project.marts import Mart
from orchestration.quality.candidate import check_tie_outs
from orchestration.quality.examples import listed, printable, rows_found
from orchestration.quality.expectations import failing_rows, no_rows, suite_runner
from orchestration.quality.suites import landing_suite, mart_suite


@pytest.fixture
def con(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(tmp_path / "rows.duckdb")) as con:
        con.execute("create schema raw; create schema staging; create schema marts; create schema intermediate")
        con.execute("create table raw.loads as select 7 as load_id, 'rechnungen.csv' as file_name")
        con.execute(
            "create table staging.stg_erp__documents as select * from (values ('A', 'D1', 7, 12), ('A', 'D2', 7, 13)) "
            "as t(company_code, document_no, load_id, line_number)"
        )
        yield con


def test_the_first_rows_are_named_with_how_many_there_are(con: duckdb.DuckDBPyConnection) -> None:
    found = rows_found(con, "select 'A' as company_code, unnest(['D9', 'D8', 'D7', 'D6']) as document_no")
    assert found == (
        "4 rows, such as company_code=A, document_no=D6; company_code=A, document_no=D7; company_code=A, document_no=D8"
    )
    assert rows_found(con, "select 1 as n where false") == "0 rows" and listed(["a=1"], 1) == "1 row: a=1"


def test_a_row_tells_its_file_and_line_or_those_of_its_relation_or_of_its_document(con: duckdb.DuckDBPyConnection) -> None:
    assert rows_found(con, "select 'x' as name, 7 as load_id, 3 as line_number") == "1 row: name=x (rechnungen.csv line 3)"
    assert rows_found(con, "select 'x' as name, 7 as _load_id, 3 as _line_number") == "1 row: name=x (rechnungen.csv line 3)"
    assert rows_found(con, "select 7 as load_id, 5 as expected_row_count") == "1 row: expected_row_count=5 (rechnungen.csv)"
    repeated = "select company_code, count(*) as row_count from staging.stg_erp__documents group by all"
    told = "1 row: company_code=A, row_count=2 (rechnungen.csv line 12, rechnungen.csv line 13)"
    assert rows_found(con, repeated, ["company_code"], relation="staging.stg_erp__documents") == told
    of_a_document = "select 'A' as company_code, 'D2' as document_no, 5.00 as amount"
    assert rows_found(con, of_a_document) == "1 row: company_code=A, document_no=D2, amount=5.00 (rechnungen.csv line 13)"


def test_of_a_wide_row_the_key_and_what_was_checked_are_told(con: duckdb.DuckDBPyConnection) -> None:
    wide = "select 'A' as company_code, 'D1' as document_no, 2 as c, 3 as d, 4 as e, 5 as f, 6 as g, 7 as h, null as due_date"
    told = "1 row: document_no=D1, due_date=nothing, company_code=A (rechnungen.csv line 12)"
    assert rows_found(con, wide, ["document_no"], ["due_date"]) == told


def test_values_are_cut_and_can_do_nothing_to_a_terminal() -> None:
    assert printable("a\x1b[2J\r\nb\u202e\u2028") == "a\\x1b[2J\\r\\nb\\u202e\\u2028"
    assert printable("上海宏远 Ltd") == "上海宏远 Ltd" and printable(None) == "nothing"
    assert printable("x" * 61) == "x" * 60 + "..." and printable("\ud800") == "\\ud800"


@pytest.mark.parametrize(
    ("expectation", "told"),
    [
        (gxe.ExpectColumnValuesToNotBeNull(column="c"), "failed: 1 row: n=2, c=nothing (rechnungen.csv line 12)"),
        (gxe.ExpectColumnValuesToBeInSet(column="c", value_set=["A", "C"]), "failed: 1 row: n=1, c=B (rechnungen.csv line 11)"),
        (
            gxe.ExpectColumnValuesToBeBetween(column="n", min_value=1, max_value=2),
            "failed: 2 rows: n=3, c=C (rechnungen.csv line 13)",
        ),
        (gxe.ExpectColumnValuesToBeBetween(column="n", min_value=2), "failed: 2 rows: n=1, c=A (rechnungen.csv line 10)"),
        (gxe.ExpectColumnValuesToBeUnique(column="n"), "failed: 4 rows, such as n=1, c=A (rechnungen.csv line 10)"),
        (gxe.ExpectCompoundColumnsToBeUnique(column_list=["n", "c"]), "(n, c) failed: 2 rows: n=3, c=C (rechnungen.csv line 13)"),
        (no_rows("c = 'B'", "no B"), "no B failed: 1 row: n=1, c=B (rechnungen.csv line 11)"),
        (gxe.ExpectTableRowCountToEqual(value=2), "failed: found 5, expected 2"),
        (gxe.ExpectTableColumnsToMatchSet(column_set=["n", "z"]), "failed: missing z; unexpected c, line_number, load_id"),
        (no_rows("no_such_column = 1", "raises"), "no_such_column"),
    ],
)
def test_every_kind_of_expectation_names_what_failed_it(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, expectation: Expectation, told: str
) -> None:
    con.execute(
        "create table t as select *, 7 as load_id from "
        "(values (1, 'A', 10), (1, 'B', 11), (2, null, 12), (3, 'C', 13), (3, 'C', 14)) as t(n, c, line_number)"
    )
    con.close()
    with suite_runner(tmp_path / "rows.duckdb") as runner:
        outcome = runner.run("check", "t", "select * from t", [expectation], ["n", "c"])
    assert not outcome.is_passed and told in outcome.summary, outcome.summary


def test_no_suite_has_an_expectation_whose_rows_could_not_be_named() -> None:
    """A new kind of expectation either has its rows in `failing_rows` or is about the table as a whole."""
    names = (
        "dim_customers", "fct_provision_rates", "fct_turnover", "fct_risk_grades", "fct_open_items", "fct_alerts", "m"
    )  # fmt: skip
    suites = [mart_suite(Mart(name, "", {"a": ""}, ("a", "b")), date(2026, 1, 1)) for name in names]
    suites += [
        landing_suite(contract, Load(1, contract.name, "p", 1, "f", "", "", 1, 1, 0, None))
        for contract in load_contracts().values()
    ]
    for expectation in (one for suite in suites for one in suite):
        kind, arguments = expectation.configuration.type, expectation.configuration.kwargs
        assert failing_rows(kind, arguments, "select 1") or kind.startswith("expect_table_"), kind


def test_a_tie_out_names_the_customers_and_files_behind_it(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    con.execute(
        """create table marts.fct_tie_outs as select * from (values
            (date '2026-03-31', 'buckets_to_documents', 'A/CNY', 10.00, 12.00, 2.00, 1, 'differs'),
            (date '2026-03-31', 'rows_landed', 'erp.documents', 5, 4, 1, 1, 'differs'))
        as t(as_of_date, tie_out_code, tie_out_key, left_amount, right_amount, difference_amount, differing_count, status_code);
        create table intermediate.int_quality__balances_compared as select
            'buckets_to_documents' as tie_out_code, date '2026-03-31' as as_of_date, 'A' as company_code, 'A-C1' as customer_id,
            'CNY' as currency_code, 10.00 as left_amount, 12.00 as right_amount;
        alter table raw.loads add column table_name varchar default 'erp.documents';
        alter table raw.loads add column delivered_row_count int default 5;
        alter table raw.loads add column loaded_row_count int default 4;
        alter table raw.loads add column quarantined_row_count int default 0"""
    )
    con.close()
    told = {outcome.check_code: outcome.summary for outcome in check_tie_outs(tmp_path / "rows.duckdb")}
    assert told["tie_out_buckets_to_documents"] == (
        "1 differs: 2026-03-31 A/CNY: 10.00 against 12.00; of these 1 row: as_of_date=2026-03-31, company_code=A, "
        "customer_id=A-C1, currency_code=CNY, left_amount=10.00, right_amount=12.00"
    )
    assert told["tie_out_rows_landed"].endswith(
        "of these 1 row: table_name=erp.documents, delivered_row_count=5, loaded_row_count=4, quarantined_row_count=0 "
        "(rechnungen.csv)"
    )
