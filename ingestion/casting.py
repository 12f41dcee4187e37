"""SQL that turns `delivered` (text columns of a file) into `judged` (canonical typed columns plus the row's problems).

Builds text only; `loader.py` runs it. One place defines what counts as a number, a date or nothing.
"""

from ingestion.contract import Column, Contract
from ingestion.profile import ColumnMapping, FileFormat, TableMapping
from ingestion.sql import literal, quoted

NUMBER = r"^[+-]?(\d+(\.\d*)?|\.\d+)$"
WHOLE_DIGITS = {"money": 16, "quantity": 14, "rate": 10, "percent": 5, "integer": 9}
DECIMALS = {"money": 2, "quantity": 4, "rate": 8, "percent": 4, "integer": 0}
EARLIEST_DATE, LATEST_DATE = "1900-01-01", "2199-12-31"


def judged_rows(contract: Contract, mapping: TableMapping, file_columns: tuple[str, ...]) -> str:
    """A query over `delivered`: line_number, every contract column typed, and `problems` (list of column, value, reason)."""
    mapped = {column.name: _text_of(column, mapping, file_columns) for column in contract.columns}
    texts = ", ".join(f"{sql} as {quoted('text_' + name)}" for name, sql in mapped.items())
    typed = ", ".join(f"{_typed(c, mapping.file_format)} as {quoted(c.name)}" for c in contract.columns)
    problems = ", ".join([_unreadable(), *(p for c in contract.columns for p in _problems(c, mapping.file_format))])
    rules = ", ".join(_rule_problem(contract, rule.expression, rule.reason) for rule in contract.row_rules)
    names = ", ".join(quoted(column.name) for column in contract.columns)
    return f"""
        with mapped as (
            select line_number, reader_problem, {_scope(mapping)} as is_in_scope, {texts} from delivered
        ),
        typed as (
            select *, {typed} from mapped where is_in_scope
        ),
        checked as (
            select *, list_filter([{problems}], lambda problem: problem is not null) as column_problems from typed
        )
        select line_number, {names}, case
            when len(column_problems) > 0 then column_problems
            else list_filter([{rules or "null"}], lambda problem: problem is not null)
            end as problems
        from checked"""


def _scope(mapping: TableMapping) -> str:
    """A line that cannot be split is always in scope: it must be counted, whichever table it was for."""
    return f"(reader_problem is not null or coalesce(({mapping.where}), false))" if mapping.where else "true"


def _text_of(column: Column, mapping: TableMapping, file_columns: tuple[str, ...]) -> str:
    """The trimmed text of a canonical column, null marks made null and codes translated; null when not mapped."""
    source = ColumnMapping(column=column.name) if mapping.columns == "same_names" else mapping.columns.get(column.name)
    if source is None or (source.column is not None and source.column not in file_columns):
        return "null::varchar"
    text = f"trim(({source.expression or quoted(source.column or '')})::varchar)"
    marks = ", ".join(literal(mark) for mark in ("", *mapping.file_format.null_marks))
    text = f"case when {text} not in ({marks}) then {text} end"
    if not source.values:
        return text
    cases = " ".join(f"when {literal(code)} then {literal(value)}" for code, value in source.values.items())
    return f"case {text} {cases} else {text} end"


def _number_text(column: Column, file_format: FileFormat) -> str:
    text = quoted("text_" + column.name)
    if file_format.thousands_separator:
        text = f"replace({text}, {literal(file_format.thousands_separator)}, '')"
    if file_format.decimal_separator != ".":
        text = f"replace({text}, {literal(file_format.decimal_separator)}, '.')"
    return text


def _typed(column: Column, file_format: FileFormat) -> str:
    text = quoted("text_" + column.name)
    if column.type == "text":
        return text
    if column.type in ("date", "timestamp"):
        formats = (*file_format.date_formats, *(file_format.timestamp_formats if column.type == "timestamp" else ()))
        if file_format.format == "xlsx":
            formats = (*formats, "%Y-%m-%d", "%Y-%m-%d %H:%M:%S")
        return f"try_strptime({text}, [{', '.join(literal(f) for f in formats)}])::{column.sql_type}"
    return f"try_cast({_number_text(column, file_format)} as {column.sql_type})"


def _problems(column: Column, file_format: FileFormat) -> list[str]:
    """What may be wrong with one value, as SQL that yields null when it is not."""
    value, text = quoted(column.name), quoted("text_" + column.name)
    tests: list[tuple[str, str]] = []
    if column.required:
        tests.append((f"{text} is null", "is required but empty"))
    if column.type in DECIMALS:
        number = _number_text(column, file_format)
        too_fine = rf"\.\d{{{DECIMALS[column.type]}}}\d*[1-9]"
        tests += [
            (f"not regexp_matches({number}, {literal(NUMBER)})", "is not a number"),
            (f"regexp_matches({number}, {literal(too_fine)})", f"has more than {DECIMALS[column.type]} decimals"),
            (f"{text} is not null and {value} is null", f"has more than {WHOLE_DIGITS[column.type]} digits before the point"),
        ]
    if column.type in ("date", "timestamp"):
        formats = " or ".join(file_format.date_formats)
        tests += [
            (f"{text} is not null and {value} is null", f"is not a {column.type} written as {formats}"),
            (f"{value} not between date '{EARLIEST_DATE}' and date '{LATEST_DATE}'", "is a date out of all reason"),
        ]
    if column.allowed:
        allowed = ", ".join(literal(choice) for choice in column.allowed)
        tests.append((f"{value} not in ({allowed})", f"is not one of: {', '.join(column.allowed)}"))
    if column.pattern:
        tests.append((f"not regexp_matches({value}, {literal(column.pattern)})", f"does not look like {column.pattern}"))
    if not tests:
        return []
    cases = " ".join(f"when {test} then {literal(reason)}" for test, reason in tests)
    reason = f"case when reader_problem is null then case {cases} end end"
    return [_problem(literal(column.name), text, reason)]


def _unreadable() -> str:
    return _problem("null::varchar", "null::varchar", "reader_problem")


def _rule_problem(contract: Contract, expression: str, reason: str) -> str:
    values = " || ', ' || ".join(
        f"{literal(c.name + '=')} || coalesce({quoted(c.name)}::varchar, 'null')"
        for c in contract.columns
        if c.name in expression
    )
    return _problem("null::varchar", values, f"case when not ({expression}) then {literal(reason)} end")


def _problem(column_name: str, value: str, reason: str) -> str:
    return f"case when ({reason}) is not null then {{'column_name': {column_name}, 'value': {value}, 'reason': {reason}}} end"
