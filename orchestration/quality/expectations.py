"""Runs Great Expectations suites on DuckDB tables. What is expected stands in `landing.py` and `candidate.py`.

Great Expectations does not list DuckDB among the databases whose temporary objects stay on one connection; without that, most SQL
expectations raise. The list is private, so the patch lives here alone and tests/integration has a canary for it.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import great_expectations as gx
import great_expectations.expectations as gxe
from great_expectations.execution_engine import sqlalchemy_execution_engine
from great_expectations.expectations import Expectation

from orchestration.quality.evidence import CheckOutcome

SAMPLE_SIZE = 5


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

    def run(self, check_code: str, subject: str, query: str, expectations: Sequence[Expectation]) -> CheckOutcome:
        """Run expectations on the rows of a query. An expectation that raises counts as failed."""
        name = f"{check_code} {subject}"
        suite = self._context.suites.add(gx.ExpectationSuite(name, expectations=list(expectations)))
        asset = self._source.add_query_asset(name, query=query)
        batch = asset.add_batch_definition_whole_table("rows")
        definition = self._context.validation_definitions.add(gx.ValidationDefinition(name=name, data=batch, suite=suite))
        result = definition.run(result_format={"result_format": "SUMMARY", "partial_unexpected_count": SAMPLE_SIZE})
        results = [_plain(one.to_json_dict()) for one in result.results]
        failed = [one for one in results if not one["success"]]
        passed = result.success is True and not failed and len(results) == len(expectations)
        summary = "; ".join(_sentence(one) for one in failed) or f"{len(results)} expectations met"
        return CheckOutcome(check_code, subject, passed, summary, {"expectations": results})

    def close(self) -> None:
        """Let go of the database file."""
        self._source.get_execution_engine().close()
        self._source.get_engine().dispose()


def no_rows(condition: str, description: str) -> Expectation:
    """The expectation that no row meets an SQL condition."""
    query = "select * from {batch} where " + condition.replace("{", "{{").replace("}", "}}")
    return gxe.UnexpectedRowsExpectation(unexpected_rows_query=query, description=description)


@contextmanager
def suite_runner(database: Path) -> Iterator[SuiteRunner]:
    """A runner that lets go of the database on the way out."""
    runner = SuiteRunner(database)
    try:
        yield runner
    finally:
        runner.close()


def _plain(result: dict[str, Any]) -> dict[str, Any]:
    """The part of a validation result that is evidence."""
    config = result["expectation_config"]
    return {
        "expectation": config["type"],
        "arguments": {key: value for key, value in config["kwargs"].items() if key != "batch_id"},
        "description": config.get("description") or "",
        "success": bool(result["success"]),
        "result": result.get("result") or {},
        "exception": (result.get("exception_info") or {}).get("exception_message"),
    }


def _sentence(result: dict[str, Any]) -> str:
    arguments = result["arguments"]
    where = arguments.get("column") or ", ".join(arguments.get("column_list") or [])
    found = result["exception"] or result["result"].get("partial_unexpected_list") or result["result"].get("observed_value")
    return f"{result['description'] or result['expectation']} {f'({where}) ' if where else ''}failed: {str(found)[:200]}"
