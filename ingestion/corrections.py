"""Quarantined lines that somebody decided on: values to read instead of bad ones, or that the line is not needed.

Decisions are rows of one CSV file that is kept with the policy, each with who decided, who approved and why. A corrected line is
judged by its contract like any other, and stands in the raw table under the load and line that it was delivered on, marked
`_is_corrected`. Every refresh derives these rows anew from the file: a decision that is taken back leaves nothing behind.
"""

from pathlib import Path

import duckdb

from ingestion.casting import judged_rows
from ingestion.contract import Contract, load_contracts
from ingestion.errors import DataRefusedError
from ingestion.profile import FileFormat, TableMapping
from ingestion.sql import literal, quoted, whole_number
from ingestion.warehouse import append_rows, transaction

DECIDABLE = ("table_name", "file_sha256", "line_number", "decision", "column_name")
COLUMNS = (*DECIDABLE, "corrected_value", "decided_by", "approver", "decided_on", "reason")
# Values are written as in a canonical file; of a timestamp that a sender gave with fractions of a second, these stay.
CANONICAL = FileFormat(timestamp_formats=("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S.%f"))
IN_SEED = "correct that line, or take it out"


def apply_all_corrections(con: duckdb.DuckDBPyConnection, decisions: Path, *, of_loaded_files: bool = False) -> None:
    """`apply_corrections` to every raw table; nothing where a project has no such file."""
    if decisions.exists():
        for contract in load_contracts().values():
            apply_corrections(con, contract, decisions, of_loaded_files=of_loaded_files)


def apply_corrections(
    con: duckdb.DuckDBPyConnection, contract: Contract, decisions: Path, *, of_loaded_files: bool = False
) -> int:
    """Bring the raw table's corrected rows in line with the decisions, all or those about loaded files; how many there are.

    Refused, with the decision's line, when a decision is incomplete, was approved by who made it, matches no quarantined line,
    or leaves a row that its contract refuses.
    """
    _read(con, decisions)
    if of_loaded_files:
        con.execute(
            "delete from decisions where (table_name, file_sha256) not in (select (table_name, file_sha256) from raw.loads)"
        )
    _match(con, contract, decisions)
    table = f"raw.{quoted(contract.raw_name)}"
    loads = con.execute(
        "select distinct load_id, file_sha256 from quarantined_decisions where decision = 'correct' order by load_id"
    ).fetchall()
    with transaction(con):
        con.execute(f"delete from {table} where _is_corrected")
        for load_id, file_sha256 in loads:
            _correct_load(con, contract, decisions, load_id, file_sha256)
    return whole_number(con, f"select count(*) from {table} where _is_corrected")


def _read(con: duckdb.DuckDBPyConnection, decisions: Path) -> None:
    """Fill `decisions`, one row per line of the file; refused when a line says too little or what cannot be."""
    columns = "{" + ", ".join(f"{literal(name)}: 'varchar'" for name in COLUMNS) + "}"
    try:
        con.execute(
            f"create or replace temp table decisions as select row_number() over () + 1 as seed_line, * from read_csv("
            f"{literal(str(decisions))}, auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"', "
            f"columns = {columns})"
        )
    except duckdb.Error as error:
        raise DataRefusedError(
            f"{decisions.name} cannot be read: {str(error).splitlines()[0]}", f"give it the columns {', '.join(COLUMNS)}"
        ) from error
    tables = ", ".join(literal(name) for name in load_contracts())
    line = "partition by table_name, file_sha256, line_number"
    bad = con.execute(
        f"""select seed_line, case
            when table_name is null or file_sha256 is null or decided_by is null or approver is null or reason is null
                then 'lacks table_name, file_sha256, decided_by, approver or reason'
            when table_name not in ({tables}) then 'names table ' || table_name || ', which does not exist'
            when try_cast(line_number as bigint) is null then 'has no line_number'
            when try_strptime(decided_on, '%Y-%m-%d') is null then 'has no decided_on written as 2026-10-31'
            when lower(decided_by) = lower(approver) then 'was approved by who decided it'
            when decision is null or decision not in ('correct', 'dismiss') then 'has a decision other than correct or dismiss'
            when column_name is null then 'has no column_name'
            when decision = 'dismiss' and (column_name <> 'row' or corrected_value is not null)
                then 'dismisses a line: its column_name must be row, without a corrected_value'
            when count(*) over (partition by table_name, file_sha256, line_number, column_name) > 1
                then 'decides what another line decides too'
            when min(decision) over ({line}) <> max(decision) over ({line}) then 'corrects a line that another one dismisses'
            end as problem
        from decisions
        qualify problem is not null
        order by seed_line limit 1"""
    ).fetchone()
    if bad:
        raise DataRefusedError(f"{decisions.name}, line {bad[0]}: {bad[1]}.", IN_SEED)


def _match(con: duckdb.DuckDBPyConnection, contract: Contract, decisions: Path) -> None:
    """Fill `quarantined_decisions`: the table's decisions with each load that set the line aside; refused where none did."""
    con.execute(
        """create or replace temp table quarantined_decisions as
        select decisions.*, quarantined.load_id, quarantined.row_values
        from decisions
        left join (
            select load_id, file_sha256, line_number, any_value(row_values) as row_values
            from raw.quarantined_rows where table_name = $table_name and is_row_loaded is not true
            group by load_id, file_sha256, line_number
        ) as quarantined
            on decisions.file_sha256 = quarantined.file_sha256 and decisions.line_number::bigint = quarantined.line_number
        where decisions.table_name = $table_name""",
        {"table_name": contract.name},
    )
    names = [column.name for column in contract.columns]
    bad = con.execute(
        f"""select seed_line, case
            when load_id is null then 'line ' || line_number || ' of that file is not quarantined for ' || table_name
            else table_name || ' has no column ' || column_name end
        from quarantined_decisions
        where load_id is null or (decision = 'correct' and column_name not in ({", ".join(literal(name) for name in names)}))
        order by seed_line limit 1"""
    ).fetchone()
    if bad:
        raise DataRefusedError(
            f"{decisions.name}, line {bad[0]} matches nothing: {bad[1]}.",
            f"{IN_SEED}; `receivables quarantine --table {contract.name} --format corrections` lists what can be decided",
        )


def _correct_load(con: duckdb.DuckDBPyConnection, contract: Contract, decisions: Path, load_id: int, file_sha256: str) -> None:
    """Judge a load's corrected lines and add them; refused when one still breaks the contract or repeats a key of the load."""
    values = ", ".join(
        f"case when bool_or(column_name = {literal(name)}) then max(corrected_value) filter (column_name = {literal(name)}) "
        f"else json_extract_string(any_value(row_values), {literal('$.' + name)}) end as {quoted(name)}"
        for name in (column.name for column in contract.columns)
    )
    con.execute(
        f"""create or replace temp table delivered as
        select line_number::bigint as line_number, min(seed_line) as seed_line, null::varchar as reader_problem, {values}
        from quarantined_decisions where load_id = {load_id} and decision = 'correct'
        group by line_number"""
    )
    mapping = TableMapping(table=contract.name, files="", file_format=CANONICAL, columns="same_names")
    names = tuple(column.name for column in contract.columns)
    con.execute(f"create or replace temp table corrected as {judged_rows(contract, mapping, names)}")
    keys = ", ".join(quoted(key) for key in contract.key)
    table = f"raw.{quoted(contract.raw_name)}"
    bad = con.execute(
        f"""select delivered.seed_line, coalesce(problem.column_name || ' ', '') || coalesce(problem.value || ' ', '')
            || problem.reason
        from (select line_number, unnest(list_concat(problems, left_out)) as problem from corrected) as judged
        inner join delivered on judged.line_number = delivered.line_number
        union all
        select delivered.seed_line, 'line ' || delivered.line_number || ' has the same key as line ' || min(twice.line_number)
        from delivered
        inner join corrected on delivered.line_number = corrected.line_number
        inner join (
            select {keys}, _line_number as line_number from {table} where _load_id = {load_id}
            union all
            select {keys}, line_number from corrected
        ) as twice
            on {" and ".join(f"corrected.{quoted(key)} = twice.{quoted(key)}" for key in contract.key)}
            and delivered.line_number <> twice.line_number
        group by delivered.seed_line, delivered.line_number
        order by 1, 2 limit 1"""
    ).fetchone()
    if bad:
        raise DataRefusedError(
            f"{decisions.name}, line {bad[0]}: the corrected row still cannot be used: {bad[1]}.",
            "correct every column that is wrong, a row for each; values are written as in a canonical file (2026-10-31, 1234.56)",
        )
    append_rows(con, contract, "corrected", load_id, file_sha256, is_corrected=True)
