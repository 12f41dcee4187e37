"""SQL that turns `delivered` (text columns of a file) into `judged` (canonical typed columns and what was found of the row).

Builds text only; `loader.py` runs it. One place defines what counts as a number, a date, a code or nothing: a value is wholly
what its format says, or it is a problem. `problems` are why a row is set aside; `left_out` are values that were set aside alone;
`altered` are values that were read otherwise than they stand, such as a code without the tab behind it.
"""

import re
from collections.abc import Iterable

from ingestion.contract import Column, Contract
from ingestion.formats import (
    COUNTED_DATES,
    digits_pattern,
    format_pattern,
    negative_pattern,
    number_pattern,
    signed_pattern,
    thousands_pattern,
    units_pattern,
    unsigned_pattern,
)  # fmt: skip
from ingestion.profile import ColumnMapping, FileFormat, TableMapping
from ingestion.readers import LINE_OF_TEXT
from ingestion.sql import literal, quoted
from ingestion.texts import AMBIGUOUS, NO_VALUE, REWRITTEN, SURE, figure_sql, normalised, normalised_sql, stripped, stripped_sql

WHOLE_DIGITS = {"money": 16, "quantity": 14, "rate": 10, "exchange_rate": 10, "percent": 5, "integer": 9}
DECIMALS = {"money": 2, "quantity": 4, "rate": 8, "exchange_rate": 8, "percent": 4, "integer": 0}
# ISO 4217: currencies that are divided into a thousand. Amounts are not kept so finely anywhere.
OF_THREE_DECIMALS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
# Of measures, further decimals are rounded half to even; of money and counts they are an error.
ROUNDED = ("rate", "exchange_rate", "percent", "quantity")
LEAST_UNITS = 1000
EARLIEST_DATE, LATEST_DATE = "1900-01-01", "2199-12-31"
NORMALISED, ROUNDED_OFF = "normalised", "rounded"
# In milliseconds; and the numbers that 1970-01-01 has as a day in the two calendars of spreadsheets.
MINUTE, DAY = 60_000, 86_400_000
SERIAL_OF_1970 = {"excel_1900": 25_569, "excel_1904": 24_107}
# DuckDB takes neither windows nor subqueries under TRY.
UNGUARDED = re.compile(r"\bover\s*\(|\bselect\b", re.IGNORECASE)
NUMERIC = "('TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT', 'FLOAT', 'DOUBLE')"
NO_PROBLEMS = '[]::struct(column_name varchar, "value" varchar, reason varchar)[]'


def judged_rows(contract: Contract, mapping: TableMapping, file_columns: tuple[str, ...]) -> str:
    """A query over `delivered`: line_number, every contract column typed, and the lists `problems`, `left_out` and `altered`."""
    columns, form = contract.columns, mapping.file_format
    sources = {column.name: _source(column, mapping, file_columns) for column in columns}
    # Of a column that is not mapped there is nothing to judge: the query is planned for the others.
    read = [column for column in columns if sources[column.name] or column.required]
    computed = _listed(
        f"{_guarded(source.expression)} as {quoted('computed_' + name)}"
        for name, source in sources.items() if source and source.expression is not None
    )  # fmt: skip
    raw = _listed(f"{_raw(c.name, sources[c.name], form)} as {quoted('raw_' + c.name)}" for c in read)
    clean = _listed(f"{_clean(column, sources[column.name])} as {quoted('clean_' + column.name)}" for column in read)
    texts = _listed(f"{_text(column, sources[column.name], form)} as {quoted('text_' + column.name)}" for column in read)
    numbers = _listed(f"{_number(c, form)} as {quoted('number_' + c.name)}" for c in read if c.type in DECIMALS)
    typed = _listed(f"{_typed(c, form)} as {quoted('typed_' + c.name)}" for c in read)
    has_currency = any(column.name == "currency_code" for column in read)
    reasons = _listed(f"{_reason(c, sources[c.name], form, has_currency)} as {quoted('reason_' + c.name)}" for c in read)
    values = _listed(f"{_fitted(c) if c in read else f'null::{c.sql_type}'} as {quoted(c.name)}" for c in columns)
    of_row = [c for c in read if c.if_unfit == "row"]
    of_value = [c for c in read if c.if_unfit == "value"]
    rules = [_rule_problem(contract, rule.expression, rule.reason) for rule in contract.row_rules]
    scope_problem = literal(f"`where` of the profile cannot be computed of this line: {mapping.where}")
    of_line = (
        f"coalesce(reader_problem, case when is_in_scope is null then {scope_problem} end)" if mapping.where else "reader_problem"
    )
    row_problems = [_problem("null::varchar", "null::varchar", of_line), *(_found(c) for c in of_row)]
    is_unfit = " or ".join([f"({of_line}) is not null", *(f"{quoted('reason_' + c.name)} is not null" for c in of_row)])
    left_out, altered = [_found(c) for c in of_value], [p for c in read for p in _altered(c, sources[c.name])]
    any_left_out = " or ".join(f"{quoted('reason_' + c.name)} is not null" for c in of_value)
    any_altered = " or ".join(f"{quoted('altered_' + c.name)}" for c in read if _may_alter(c, sources[c.name]))
    is_altered = _listed(f"{_is_altered(c)} as {quoted('altered_' + c.name)}" for c in read if _may_alter(c, sources[c.name]))
    names = ", ".join(quoted(column.name) for column in columns)
    return f"""
        with computed as (
            select *, {_scope(mapping)} as is_in_scope{computed} from delivered
        ),
        drawn as (
            select line_number, reader_problem, is_in_scope{raw}{_kept(sources)} from computed where coalesce(is_in_scope, true)
        ),
        cleaned as (
            select *{clean} from drawn
        ),
        worded as (
            select *{texts} from cleaned
        ),
        counted as (
            select *{numbers} from worded
        ),
        typed as (
            select *{typed} from counted
        ),
        checked as (
            select *{reasons}{is_altered} from typed
        ),
        fitted as (
            select *{values}, coalesce({is_unfit}, false) as is_unfit from checked
        )
        select line_number, {names}, reader_problem is null as is_split, {_is_amount_sure(contract, read)} as is_amount_sure,
            case when is_unfit then {_those(row_problems)}
            {
        f"when {' or '.join(f'not ({rule.expression})' for rule in contract.row_rules)} then {_those(rules)}" if rules else ""
    }
            else {NO_PROBLEMS} end as problems,
            {
        f"case when reader_problem is null and ({any_left_out}) then {_those(left_out)} else {NO_PROBLEMS} end"
        if left_out
        else NO_PROBLEMS
    } as left_out,
            {f"case when {any_altered} then {_those(altered)} else {NO_PROBLEMS} end" if any_altered else NO_PROBLEMS} as altered
        from fitted"""


def _is_amount_sure(contract: Contract, read: list[Column]) -> str:
    """Whether the row's amount is what the line says; of a line that cannot be split, where all around it is as it should be."""
    if contract.amount_column not in [column.name for column in read]:
        return "false"
    amount = next(column for column in read if column.name == contract.amount_column)
    fits = [f"contains({quoted(f'number_{amount.name}')}, '.')", f"not {_is_finer(amount)}"]
    for column in contract.columns:
        if column.required and (column.type in ("date", "timestamp") or column.pattern or column.allowed):
            value = quoted("typed_" + column.name)
            fits.append(f"{value} is not null")
            fits += [f"regexp_matches({value}, {literal(column.pattern)})"] if column.pattern else []
            fits += [f"{value} in ({', '.join(literal(choice) for choice in column.allowed)})"] if column.allowed else []
    return f"case when reader_problem is null then true else coalesce({' and '.join(fits)}, false) end"


def _listed(parts: Iterable[str]) -> str:
    return "".join(f", {part}" for part in parts)


def _those(problems: list[str]) -> str:
    return f"list_filter([{', '.join(problems)}], lambda problem: problem is not null)"


def _source(column: Column, mapping: TableMapping, file_columns: tuple[str, ...]) -> ColumnMapping | None:
    """Where a canonical column comes from; None when it is not mapped or the file lacks the column."""
    source = ColumnMapping(column=column.name) if mapping.columns == "same_names" else mapping.columns.get(column.name)
    if source is None or (source.column is not None and source.column not in file_columns):
        return None
    return source


def _scope(mapping: TableMapping) -> str:
    """Whether a line is for the table; null where that cannot be computed. One that cannot be split is, so that it is counted,
    unless it is a mere line of text."""
    if not mapping.where:
        return "true"
    is_broken = f"reader_problem is not null and not starts_with(reader_problem, {literal(LINE_OF_TEXT)})"
    if UNGUARDED.search(mapping.where):
        return f"({is_broken} or coalesce(({mapping.where}), false))"
    guarded = f"try({{'v': coalesce(({mapping.where}), false)}})"
    return f"case when {is_broken} then true else {guarded}.v end"


def _guarded(expression: str | None) -> str:
    """An expression of the profile in a struct: the struct is null where the expression raised."""
    value = f"{{'v': ({expression})}}"
    return value if UNGUARDED.search(expression or "") else f"try({value})"


def _kept(sources: dict[str, ColumnMapping | None]) -> str:
    return _listed(
        f"(reader_problem is null and {quoted('computed_' + name)} is null) as {quoted('failed_' + name)}"
        for name, source in sources.items() if source and source.expression is not None
    )  # fmt: skip


def _raw(name: str, source: ColumnMapping | None, form: FileFormat) -> str:
    """A value's text as it stands in the file. What an expression computed is written as the profile says that values are."""
    if source is None:
        return "null::varchar"
    if source.expression is None:
        return f"{quoted(source.column or '')}::varchar"
    value = f"{quoted('computed_' + name)}.v"
    digits = f"try_cast(printf('%.15g', try_cast({value} as double)) as decimal(38, 18))::varchar"
    number = f"coalesce(rtrim(rtrim({digits}, '0'), '.'), {value}::varchar)"
    return (
        f"case when typeof({value}) in ('FLOAT', 'DOUBLE') then replace({number}, '.', {literal(form.decimal_separator)}) "
        f"when typeof({value}) like 'DECIMAL%' then replace({value}::varchar, '.', {literal(form.decimal_separator)}) "
        f"when typeof({value}) = 'DATE' then strftime(try_cast({value} as date), {literal(_written_dates(form) or '%Y-%m-%d')}) "
        f"else {value}::varchar end"
    )


def _clean(column: Column, source: ColumnMapping | None) -> str:
    """A value's text without what does not count: blanks at its ends; but of a text also width, and blanks that are not one
    space."""
    raw = quoted("raw_" + column.name)
    if source is None:
        return raw
    if column.type == "text":
        return stripped_sql(raw)
    if column.type != "code":
        return figure_sql(raw)
    return f"upper({normalised_sql(raw)})" if column.case == "upper" else normalised_sql(raw)


def _text(column: Column, source: ColumnMapping | None, form: FileFormat) -> str:
    """The text that is judged: null marks made null and codes translated."""
    text = quoted("clean_" + column.name)
    if source is None:
        return text
    marks = ", ".join(literal(_compared(column, mark)) for mark in ("", *form.null_marks, *source.null_marks))
    worded = f"case when {text} not in ({marks}) then {text} end"
    if not source.values:
        return worded
    cases = " ".join(f"when {literal(_compared(column, code))} then {literal(value)}" for code, value in source.values.items())
    return f"case {worded} {cases} else {worded} end"


def _compared(column: Column, mark: str) -> str:
    """A mark or code that the profile names, as values of the column are compared."""
    form = stripped(mark) if column.type == "text" else normalised(mark)
    return form.upper() if column.case == "upper" else form


def _number(column: Column, form: FileFormat) -> str:
    """A number's digits with a point; null where the text is not wholly a number as the sender writes them."""
    text = quoted("text_" + column.name)
    marks = (form.decimal_separator, form.thousands_separator, form.digit_grouping)
    if not form.number_signs and not form.number_units:
        return f"case when regexp_full_match({text}, {literal(number_pattern(*marks))}) then {_digits(text, form)} end"
    pattern = signed_pattern(unsigned_pattern(*marks), form.number_signs, form.number_units)
    bare = f"regexp_replace({text}, {literal(units_pattern(form.number_units))}, '', 'g')" if form.number_units else text
    digits = _digits(f"regexp_extract({bare}, {literal(digits_pattern(*marks[:2]))})", form)
    sign = f"case when regexp_matches({bare}, {literal(negative_pattern(form.number_signs))}) then '-' else '' end"
    return f"case when regexp_full_match({text}, {literal(pattern)}) then {sign} || {_shifted(digits, text, form)} end"


def _digits(text: str, form: FileFormat) -> str:
    """A number's text without thousands marks, and with a point."""
    if form.thousands_separator:
        text = f"regexp_replace({text}, {literal(thousands_pattern(form.thousands_separator))}, '', 'g')"
    return text if form.decimal_separator == "." else f"replace({text}, {literal(form.decimal_separator)}, '.')"


def _shifted(digits: str, text: str, form: FileFormat) -> str:
    """Unsigned digits with their point moved by what the units in the text stand for: exact, whatever their number."""
    powers = {unit: factor.normalize().as_tuple().exponent for unit, factor in form.number_units.items()}
    if not any(powers.values()):
        return digits
    cases = " ".join(f"when {literal(unit)} then {power}" for unit, power in powers.items())
    found = f"regexp_extract_all({text}, {literal(units_pattern(powers))})"
    shift = f"coalesce(list_sum(list_transform({found}, lambda unit: case unit {cases} end)), 0)::integer"
    whole, part = f"split_part({digits}, '.', 1)", f"split_part({digits}, '.', 2)"
    longer = f"lpad({whole}, greatest(length({whole}), 1 - {shift})::integer, '0')"
    return (
        f"case when {shift} >= 0 then {whole} || rpad({part}, {shift}, '0') || "
        f"case when length({part}) > {shift} then '.' || substr({part}, {shift} + 1) else '' end "
        f"else left({longer}, length({longer}) + {shift}) || '.' || right({longer}, -{shift}) || {part} end"
    )


def _typed(column: Column, form: FileFormat) -> str:
    text = quoted("text_" + column.name)
    if column.type in ("text", "code"):
        return text
    if column.type in ("date", "timestamp"):
        formats = _date_formats(column, form)
        parsed = ", ".join(
            f"case when regexp_full_match({text}, {literal(format_pattern(one))}) then {_moment(text, one, form)} end"
            for one in formats
        )
        return f"coalesce({parsed})::{column.sql_type}"
    number, decimals = quoted("number_" + column.name), DECIMALS[column.type]
    if column.type not in ROUNDED:
        return f"try_cast({number} as {column.sql_type})"
    # A tie below an even digit: DuckDB rounds ties away from zero.
    is_tie = rf"\.\d{{{decimals - 1}}}[02468]50*$"
    is_halved = f"{_is_finer(column)} and regexp_matches({number}, {literal(is_tie)})"
    return f"try_cast(case when {is_halved} then regexp_replace({number}, '50*$', '') else {number} end as {column.sql_type})"


def _moment(text: str, date_format: str, form: FileFormat) -> str:
    """SQL of the local time that a text stands for, which is as its format says; milliseconds where the format counts."""
    offset = form.utc_offset_minutes * MINUTE
    if date_format not in COUNTED_DATES:
        return f"try_strptime({text}, {literal(date_format)})"
    if date_format.startswith("excel_"):
        seconds = f"round(try_cast({text} as double) * {DAY // 1000})"
        return f"epoch_ms(({seconds} * 1000)::bigint - {SERIAL_OF_1970[date_format] * DAY})"
    if date_format != "json_date":
        return f"epoch_ms(try_cast({text} as bigint) * {1 if date_format == 'epoch_ms' else 1000} + {offset})"
    told = f"regexp_extract({text}, '([+-])(\\d{{2}})(\\d{{2}})\\)', ['sign', 'hours', 'minutes'])"
    hours, minutes = (f"try_cast(({told}).{part} as bigint)" for part in ("hours", "minutes"))
    its_minutes = f"case ({told}).sign when '-' then -1 else 1 end * ({hours} * 60 + {minutes})"
    its_offset = f"coalesce({its_minutes} * {MINUTE}, {offset})"
    return f"epoch_ms(try_cast(regexp_extract({text}, 'Date\\((-?\\d+)', 1) as bigint) + {its_offset})"


def _date_formats(column: Column, form: FileFormat) -> tuple[str, ...]:
    formats = (*form.date_formats, *(form.timestamp_formats if column.type == "timestamp" else ()))
    # What an expression computes as a date has a form to be written in.
    formats = formats if _written_dates(form) else (*formats, "%Y-%m-%d")
    return (*formats, "%Y-%m-%d", "%Y-%m-%d %H:%M:%S") if form.format == "xlsx" else formats


def _written_dates(form: FileFormat) -> str | None:
    """The first date format that is not a count."""
    return next((one for one in form.date_formats if one not in COUNTED_DATES), None)


def _reason(column: Column, source: ColumnMapping | None, form: FileFormat, has_currency: bool) -> str:
    """What is wrong with a value, as SQL that is null when nothing is."""
    text, value = quoted("text_" + column.name), quoted("typed_" + column.name)
    tests: list[tuple[str, str | None]] = []
    if source and source.expression is not None:
        tests.append((quoted("failed_" + column.name), f"cannot be computed of this line: {source.expression}"))
    if column.required:
        tests.append((f"{text} is null", "is required but empty"))
    if source:
        tests += _format_tests(column, form, text, value, has_currency)
    if column.allowed:
        allowed = ", ".join(literal(choice) for choice in column.allowed)
        tests.append((f"{value} not in ({allowed})", f"is not one of: {', '.join(column.allowed)}"))
    if column.pattern:
        tests.append((f"not regexp_matches({value}, {literal(column.pattern)})", f"does not look like {column.pattern}"))
    if not tests:
        return "null::varchar"
    cases = " ".join(f"when {test} then {literal(reason) if reason else 'null'}" for test, reason in tests)
    return f"case when reader_problem is not null then null {cases} end"


def _format_tests(column: Column, form: FileFormat, text: str, value: str, has_currency: bool) -> list[tuple[str, str | None]]:
    """Conditions, in order, and what is wrong where the first of them holds; None: nothing."""
    lost = (f"regexp_matches({text}, {literal(NO_VALUE)})", "is an error or a formula of a spreadsheet, not its value")
    is_unread = f"{text} is not null and {value} is null"
    if column.type == "text":
        return [lost]
    if column.type == "code" and (column.allowed or column.pattern):
        return []
    if column.type == "code":
        rewritten = (f"regexp_matches({text}, {literal(REWRITTEN)})", "is a number that a spreadsheet rewrote; the code is lost")
        sure = (f"regexp_full_match({text}, {literal(SURE)})", None)
        return [sure, lost, rewritten, *((f"regexp_matches({text}, {literal(p)})", reason) for p, reason in AMBIGUOUS)]
    if column.type in ("date", "timestamp"):
        formats = " or ".join(_date_formats(column, form) if form.format != "xlsx" else form.date_formats)
        return [
            (f"{is_unread} and {lost[0]}", lost[1]),
            (is_unread, f"is not a {column.type} written as {formats}"),
            (f"{value} not between date '{EARLIEST_DATE}' and date '{LATEST_DATE}'", "is a date out of all reason"),
        ]
    number, decimals = quoted("number_" + column.name), DECIMALS[column.type]
    is_finer = _is_finer(column)
    finer, of_currency = (is_finer, f"has more than {decimals} decimals"), []
    if column.type == "money" and has_currency:
        codes = ", ".join(literal(code) for code in OF_THREE_DECIMALS)
        told = f"has the third decimal of its currency ({', '.join(OF_THREE_DECIMALS)}); amounts are kept with {decimals}"
        is_third = f"{is_finer} and regexp_full_match({number}, '[^.]*[.]\\d{{3}}0*')"
        of_currency = [(f"{is_third} and {quoted('text_currency_code')} in ({codes})", told)]
    if column.type in ROUNDED:
        is_small = f"{is_finer} and abs({value}) < {LEAST_UNITS}::decimal(18, {decimals}) / {10**decimals}"
        finer = (is_small, f"is too small to be kept with {decimals} decimals")
    # ERPs write 0 for want of a rate, and a minus for one that is told the other way round: as a factor either would be wrong.
    above_zero = [(f"{value} <= 0", "is no exchange rate: it is not above zero")] if column.type == "exchange_rate" else []
    return [
        (f"{is_unread} and {lost[0]}", lost[1]),
        (f"{text} is not null and {number} is null", "is not a number"),
        *of_currency,
        finer,
        (is_unread, f"has more than {WHOLE_DIGITS[column.type]} digits before the point"),
        *above_zero,
    ]


def _fitted(column: Column) -> str:
    """The typed value; null where it is set aside alone."""
    value = quoted("typed_" + column.name)
    return f"case when {quoted('reason_' + column.name)} is null then {value} end" if column.if_unfit == "value" else value


def _may_alter(column: Column, source: ColumnMapping | None) -> bool:
    return source is not None and (column.type == "code" or column.type in ROUNDED)


def _is_altered(column: Column) -> str:
    """Whether a value was read otherwise than it stands; spaces before and behind it are none of it."""
    raw, clean = quoted("raw_" + column.name), quoted("clean_" + column.name)
    if column.type == "code":
        return f"case when reader_problem is null and {clean} <> {raw} then {clean} <> trim({raw}, ' ') else false end"
    return _is_finer(column)


def _is_finer(column: Column) -> str:
    """Whether a number has further decimals, other than zeros, than its type keeps."""
    number, decimals = quoted("number_" + column.name), DECIMALS[column.type]
    has_more = f"strpos({number}, '.') > 0 and strlen({number}) - strpos({number}, '.') > {decimals}"
    pattern = rf"\.\d{{{decimals}}}\d*[1-9]"
    return f"case when {has_more} then regexp_matches({number}, {literal(pattern)}) else false end"


def _altered(column: Column, source: ColumnMapping | None) -> list[str]:
    if not _may_alter(column, source):
        return []
    what = NORMALISED if column.type == "code" else ROUNDED_OFF
    is_told = f"{quoted('altered_' + column.name)} and {quoted('reason_' + column.name)} is null"
    return [_problem(literal(column.name), quoted("raw_" + column.name), f"case when {is_told} then {literal(what)} end")]


def _found(column: Column) -> str:
    """A column's problem with the value as it stands in the file."""
    value = f"case when {quoted('text_' + column.name)} is not null then trim({quoted('raw_' + column.name)}) end"
    return _problem(literal(column.name), value, quoted("reason_" + column.name))


def _rule_problem(contract: Contract, expression: str, reason: str) -> str:
    values = " || ', ' || ".join(
        f"{literal(c.name + '=')} || coalesce({quoted(c.name)}::varchar, 'null')"
        for c in contract.columns
        if c.name in expression
    )
    return _problem("null::varchar", values, f"case when not ({expression}) then {literal(reason)} end")


def _problem(column_name: str, value: str, reason: str) -> str:
    return f"case when ({reason}) is not null then {{'column_name': {column_name}, 'value': {value}, 'reason': {reason}}} end"
