"""The canary for Great Expectations on DuckDB: SQL expectations run, fail when they should, and a raise is a failure."""

from pathlib import Path

import duckdb
import great_expectations.expectations as gxe
import pytest

from orchestration.quality.expectations import no_rows, suite_runner


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("canary") / "canary.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("create table t as select * from (values (1, 'A{1}'), (1, 'B'), (2, null)) as t(n, c)")
    return path


@pytest.mark.parametrize(
    ("expectation", "passes"),
    [
        (gxe.ExpectColumnValuesToNotBeNull(column="n"), True),
        (gxe.ExpectColumnValuesToNotBeNull(column="c"), False),
        (gxe.ExpectColumnValuesToBeUnique(column="n"), False),
        (gxe.ExpectCompoundColumnsToBeUnique(column_list=["n", "c"]), True),
        (gxe.ExpectColumnValuesToBeInSet(column="c", value_set=["A{1}"]), False),
        (gxe.ExpectColumnValuesToBeBetween(column="n", min_value=1, max_value=2), True),
        (gxe.ExpectTableRowCountToEqual(value=3), True),
        (no_rows("n > 2", "n is at most 2"), True),
        (no_rows("regexp_matches(c, '^[AB]{1}$')", "c is not a letter"), False),
        (no_rows("no_such_column = 1", "raises"), False),
    ],
)
def test_expectations_run_on_duckdb(database: Path, expectation: gxe.Expectation, passes: bool) -> None:
    with suite_runner(database) as runner:
        assert runner.run("canary", "t", "select * from t", [expectation]).is_passed is passes


def test_the_database_is_free_again_afterwards(database: Path) -> None:
    with suite_runner(database) as runner:
        runner.run("canary", "t", "select * from t", [gxe.ExpectTableRowCountToEqual(value=3)])
    with duckdb.connect(str(database), config={"threads": 1}) as con:
        con.execute("create or replace table written as select 1 as n")
