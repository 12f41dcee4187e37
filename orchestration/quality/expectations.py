"""Runs Great Expectations suites on DuckDB tables. What is expected stands in `suites.py`.

Great Expectations does not list DuckDB among the databases whose temporary objects stay on one connection; without that, most SQL
expectations raise. The list is private, so the patch lives here alone and tests/integration has a canary for it.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import great_expectations as gx
import great_expectations.expectations as gxe
from great_expectations.execution_engine import sqlalchemy_execution_engine
from great_expectations.expectations import Expectation

from ingestion.sql import literal, quoted
from orchestration.quality.evidence import CheckOutcome
from orchestration.quality.examples import SAMPLE_SIZE, printable, rows_found

LONGEST_MESSAGE = 300


class _DuckDBDialect:
    """Equal to what Great Expectations compares dialects with."""

    value = "duckdb"

    def __eq__(self, other: object) -> bool:
        return getattr(other, "value", other) == self.value

    def __hash__(self) -> int:
        return hash(self.value)


class SuiteRunner:
    """One Great Expectations context on one DuckDB file."""

    def __init__(self, database: Path) -> None:
        dialects = sqlalchemy_execution_engine._PERSISTED_CONNECTION_DIALECTS
        if _DuckDBDialect() not in dialects:
            sqlalchemy_execution_engine._PERSISTED_CONNECTION_DIALECTS = (*dialects, _DuckDBDialect())  # type: ignore[assignment]
        logging.getLogger("great_expectations").setLevel(logging.ERROR)
        self._context = gx.get_context(mode="ephemeral")
        self._context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
        self._source = self._context.data_sources.add_sql("warehouse", connection_string=f"duckdb:///{database}")

    def run(
        self, check_code: str, subject: str, query: str, expectations: Sequence[Expectation], keys: Sequence[str] = ()
    ) -> CheckOutcome:
        """Run expectations on the rows of a query, named by its keys. An expectation that raises counts as failed."""
        name = f"{check_code} {subject}"
        suite = self._context.suites.add(gx.ExpectationSuite(name, expectations=list(expectations)))
        asset = self._source.add_query_asset(name, query=query)
        batch = asset.add_batch_definition_whole_table("rows")
        definition = self._context.validation_definitions.add(gx.ValidationDefinition(name=name, data=batch, suite=suite))
        result = definition.run(result_format={"result_format": "SUMMARY", "partial_unexpected_count": SAMPLE_SIZE})
        results = [_plain(one.to_json_dict()) for one in result.results]
        failed = [one for one in results if not one["success"]]
        passed = result.success is True and not failed and len(results) == len(expectations)
        for one in failed:
            one["found"] = self._found(one, query, keys)
        summary = "; ".join(_sentence(one) for one in failed) or f"{len(results)} expectations met"
        return CheckOutcome(check_code, subject, passed, summary, {"expectations": results})

    def _found(self, result: dict[str, Any], query: str, keys: Sequence[str]) -> str:
        """What a failed expectation found: its first rows, or what it observed of the table as a whole."""
        if result["exception"]:
            return " ".join(str(result["exception"]).split())[:LONGEST_MESSAGE]
        arguments = result["arguments"]
        failing = failing_rows(result["expectation"], arguments, query)
        if failing is None:
            return _observed(result["result"], arguments)
        with closing(self._source.get_engine().raw_connection()) as con:
            return rows_found(con, failing, keys, arguments.get("column_list") or [arguments.get("column", "")])

    def close(self) -> None:
        """Let go of the database file."""
        self._source.get_execution_engine().close()
        self._source.get_engine().dispose()


def no_rows(condition: str, description: str) -> Expectation:
    """The expectation that no row meets an SQL condition."""
    query = "select * from {batch} where " + condition.replace("{", "{{").replace("}", "}}")
    return gxe.UnexpectedRowsExpectation(unexpected_rows_query=query, description=description)


def failing_rows(expectation: str, arguments: dict[str, Any], rows: str) -> str | None:
    """A query of the rows that fail an expectation, among those of another; none when it is about the table as a whole."""
    if expectation == "unexpected_rows_expectation":
        return str(arguments["unexpected_rows_query"]).format(batch=f"({rows}) as batch")
    columns = [quoted(column) for column in arguments.get("column_list") or [arguments.get("column")] if column]
    conditions = {
        "expect_column_values_to_not_be_null": lambda: f"where {columns[0]} is null",
        "expect_column_values_to_be_in_set": lambda: f"where {columns[0]} not in ({_literals(arguments['value_set'])})",
        "expect_column_values_to_be_between": lambda: _outside(columns[0], arguments),
        "expect_column_values_to_be_unique": lambda: _repeated(columns),
        "expect_compound_columns_to_be_unique": lambda: _repeated(columns),
    }
    return f"select * from ({rows}) as batch {clause()}" if (clause := conditions.get(expectation)) else None


@contextmanager
def suite_runner(database: Path) -> Iterator[SuiteRunner]:
    """A runner that lets go of the database on the way out."""
    runner = SuiteRunner(database)
    try:
        yield runner
    finally:
        runner.close()


def _observed(found: dict[str, Any], arguments: dict[str, Any]) -> str:
    """What is wrong of a table as a whole: its columns, or its number of rows."""
    if mismatched := (found.get("details") or {}).get("mismatched"):
        return "; ".join(f"{kind} {', '.join(printable(name) for name in names)}" for kind, names in sorted(mismatched.items()))
    return f"found {printable(found.get('observed_value'))}" + (
        f", expected {arguments['value']}" if "value" in arguments else ""
    )


def _literals(values: Sequence[object]) -> str:
    return ", ".join(literal(str(value)) for value in values)


def _outside(column: str, arguments: dict[str, Any]) -> str:
    bounds = ((arguments.get("min_value"), "<"), (arguments.get("max_value"), ">"))
    return "where " + " or ".join(f"{column} {sign} {bound}" for bound, sign in bounds if bound is not None)


def _repeated(columns: Sequence[str]) -> str:
    return f"qualify count(*) over (partition by {', '.join(columns)}) > 1"


def _plain(result: dict[str, Any]) -> dict[str, Any]:
    """The part of a validation result that is evidence."""
    config = result["expectation_config"]
    return {
        "expectation": config["type"],
        "arguments": {key: value for key, value in config["kwargs"].items() if key != "batch_id"},
        "description": config.get("description") or "",
        "success": bool(result["success"]),
        "result": result.get("result") or {},
        "exception": _raised(result.get("exception_info") or {}),
    }


def _raised(info: dict[str, Any]) -> str | None:
    """What an expectation raised: told of it as a whole, or of each metric that it rests on."""
    told = [info, *(one for one in info.values() if isinstance(one, dict))]
    return next((one["exception_message"] for one in told if one.get("exception_message")), None)


def _sentence(result: dict[str, Any]) -> str:
    arguments = result["arguments"]
    where = arguments.get("column") or ", ".join(arguments.get("column_list") or [])
    return f"{result['description'] or result['expectation']} {f'({where}) ' if where else ''}failed: {result['found']}"
